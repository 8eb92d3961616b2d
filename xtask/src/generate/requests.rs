//! Turns each operation into a type, so that one function can send them all.
//!
//! The arguments of the client's method, except for the environment and the user, become the fields.

use heck::{ToShoutySnakeCase, ToUpperCamelCase};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    FnArg, GenericArgument, Ident, ImplItem, ImplItemFn, Item, Pat, PathArguments, ReturnType, Type, parse_quote,
};

use super::Error;
use super::lower::{Lowered, Operation};
use super::restore::docs_of;

/// The parameters that every operation has, in this order. `lint` checks that.
const COMMON: [&str; 2] = ["environment_id", "user_id"];

/// Returns the types of the operations, from the methods of the client.
///
/// # Errors
///
/// When a method doesn't have the expected shape.
pub(crate) fn requests(client: &[Item], lowered: &Lowered) -> Result<Vec<Item>, Error> {
    let mut items = vec![];
    for item in client {
        let Item::Impl(block) = item else { continue };
        for method in &block.items {
            let ImplItem::Fn(method) = method else { continue };
            let Some(operation) = lowered.operations.get(&method.sig.ident.to_string()) else { continue };
            let shape = Shape::of(method).ok_or_else(|| {
                Error::Generator(format!(
                    "the method of the operation `{}` doesn't have the expected shape: progenitor's output has changed",
                    operation.id
                ))
            })?;
            items.extend(shape.items(operation));
        }
    }
    Ok(items)
}

/// The arguments and the response of a method.
struct Shape<'a> {
    method: &'a ImplItemFn,
    docs: String,
    fields: Vec<Field>,
    /// The body of a success response.
    body: &'a Type,
}

/// An argument that becomes a field.
struct Field {
    name: Ident,
    owned: Type,
    docs: String,
    is_optional: bool,
    /// The field as the method's argument.
    argument: TokenStream,
}

impl<'a> Shape<'a> {
    fn of(method: &'a ImplItemFn) -> Option<Self> {
        let ReturnType::Type(_, output) = &method.sig.output else { return None };
        let body = parameter_of(parameter_of(output, "Result")?, "ResponseValue")?;
        let docs = docs_of(&method.attrs);
        let mut names = vec![];
        let mut fields = vec![];
        for argument in &method.sig.inputs {
            let FnArg::Typed(argument) = argument else { continue };
            let Pat::Ident(pattern) = &*argument.pat else { return None };
            let name = &pattern.ident;
            if COMMON.iter().any(|common| name == common) {
                names.push(name.to_string());
            } else {
                fields.push(Field::of(name, &argument.ty, &docs));
            }
        }
        (names == COMMON).then_some(Self { method, docs, fields, body })
    }

    fn items(&self, operation: &Operation) -> [Item; 2] {
        let Self { method, docs, fields, body } = self;
        let name = format_ident!("{}", operation.id.to_upper_camel_case());
        let constant = format_ident!("{}", operation.id.to_shouty_snake_case());
        // The arguments are documented as fields.
        let end = ["\nArguments:", "\n# Errors"].iter().filter_map(|heading| docs.find(heading)).min();
        let docs = docs.get(..end.unwrap_or(docs.len())).unwrap_or_default().trim_end();
        let docs = docs.lines().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
        let default = fields.iter().all(|field| field.is_optional).then(|| quote!(Default,));
        let declared = fields.iter().map(|Field { name, owned, docs, .. }| quote!(#[doc = #docs] pub #name: #owned,));
        let structure: Item = if fields.is_empty() {
            parse_quote! { #(#[doc = #docs])* #[derive(Clone, Copy, Debug, #default)] pub struct #name; }
        } else {
            parse_quote! { #(#[doc = #docs])* #[derive(Clone, Debug, #default)] pub struct #name { #(#declared)* } }
        };
        let (output, outcome): (Type, TokenStream) = match (operation.method.as_str(), body) {
            (_, Type::Tuple(_)) => (parse_quote!(()), quote!({ Some(body.unwrap_or_default()) })),
            ("GET", body) => ((*body).clone(), quote!({ body })),
            (_, body) => (parse_quote!(Option<#body>), quote!({ Some(body) })),
        };
        let method = &method.sig.ident;
        let arguments = fields.iter().map(|field| &field.argument);
        let implementation: Item = parse_quote! {
            impl crate::Request for #name {
                const OPERATION: &'static operations::Operation = &operations::#constant;
                type Body = #body;
                type Output = #output;

                fn output(body: Option<Self::Body>) -> Option<Self::Output> #outcome

                async fn send<'a>(
                    &'a self,
                    client: &'a Client,
                    environment_id: &'a ::uuid::Uuid,
                    user_id: &'a ::uuid::Uuid,
                ) -> Result<ResponseValue<Self::Body>, Error> {
                    client.#method(environment_id, user_id #(, #arguments)*).await.map_err(Error::into_untyped)
                }
            }
        };
        [structure, implementation]
    }
}

impl Field {
    fn of(name: &Ident, ty: &Type, docs: &str) -> Self {
        // Until the next argument, or the end of the list.
        let said = docs.split(&format!("\n- `{name}`: ")).nth(1).and_then(|rest| rest.split("\n\n").next());
        let said = said.and_then(|said| said.split("\n- `").next());
        let docs = said.map_or_else(|| format!(" The `{name}` of the request."), |said| format!(" {}", said.trim()));
        let optional = parameter_of(ty, "Option");
        let (owned, argument) = match optional.unwrap_or(ty) {
            Type::Reference(reference) if is_str(&reference.elem) => {
                (parse_quote!(String), if optional.is_some() { quote!(.as_deref()) } else { quote!(.as_str()) })
            }
            Type::Reference(reference) => {
                ((*reference.elem).clone(), if optional.is_some() { quote!(.as_ref()) } else { quote!() })
            }
            owned => (owned.clone(), quote!(.clone())),
        };
        let is_borrowed = optional.is_none() && argument.is_empty();
        let argument = if is_borrowed { quote!(&self.#name) } else { quote!(self.#name #argument) };
        let owned = if optional.is_some() { parse_quote!(Option<#owned>) } else { owned };
        Self { name: name.clone(), owned, docs, is_optional: optional.is_some(), argument }
    }
}

fn is_str(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("str"))
}

/// Returns the first parameter of a generic type of this name.
fn parameter_of<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}
