//! The outline of source files: their public items, without the bodies.

use std::collections::BTreeSet;

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Expr, ExprLit, Fields, FieldsNamed, ImplItem, ImplItemConst, ImplItemFn, Item, ItemConst, ItemEnum,
    ItemFn, ItemImpl, ItemMacro, ItemMod, ItemStatic, ItemStruct, ItemTrait, ItemType, ItemUse, Lit, Meta, Receiver,
    Signature, Token, Variant, Visibility, parse_quote,
};

/// The prefixes that generated code spells out. Its readers know where an `Option` lives.
const LONG_PATHS: &str = "::std::borrow:: ::std::collections:: ::std::convert:: ::std::error:: ::std::fmt:: \
    ::std::option:: ::std::result:: ::std::str:: ::std::string:: ::std::vec:: \
    ::chrono::offset:: ::chrono:: ::schemars:: ::serde:: ::serde_json:: ::uuid::";

/// The attributes that concern users. The others are between the author and the compiler.
const ATTRIBUTES: &str = "cfg cfg_attr deprecated derive must_use non_exhaustive serde";

/// A public item, without its body and with the first paragraph of its docs.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// The item's name. An implementation has the name of its type, and a call of a macro that of the macro.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Use,
    Module,
    Declaration,
    Methods,
    TraitImplementation,
}

impl Entry {
    pub(crate) fn without_docs(mut self) -> Self {
        self.text = self
            .text
            .lines()
            .filter(|line| !line.starts_with("///"))
            .fold(String::new(), |text, line| text + line + "\n");
        self
    }
}

/// The text of some entries, in their order.
pub(crate) fn text_of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> String {
    let mut all = String::new();
    let mut after_one_line = false;
    for Entry { text, .. } in entries {
        let is_one_line = text.lines().count() == 1;
        // Implementations and re-exports stand together.
        all += if all.is_empty() || text.is_empty() || (is_one_line && after_one_line) { "" } else { "\n" };
        all += text;
        after_one_line = is_one_line;
    }
    all
}

/// The outline of one source file.
pub(crate) fn outline(source: &str) -> String {
    text_of(entries(&[source.to_owned()]).iter().flatten())
}

/// The public items of each of a crate's source files.
pub(crate) fn entries(sources: &[String]) -> Vec<Vec<Entry>> {
    let files: Vec<syn::File> = sources.iter().map(|source| parse(source)).collect();
    let types =
        || files.iter().flat_map(|file| &file.items).filter_map(|item| Some((type_name(item)?, is_visible(item))));
    let public: BTreeSet<String> = types().filter_map(|(name, is_public)| is_public.then_some(name)).collect();
    let private: BTreeSet<String> = types().map(|(name, _)| name).filter(|name| !public.contains(name)).collect();
    files.iter().map(|file| file.items.iter().filter_map(|item| entry(item, &private)).collect()).collect()
}

fn parse(source: &str) -> syn::File {
    let source = LONG_PATHS.split_whitespace().fold(source.to_owned(), |source, path| source.replace(path, ""));
    syn::parse_file(&source).unwrap_or_else(|error| panic!("not Rust: {error}\n{source}"))
}

fn type_name(item: &Item) -> Option<String> {
    match item {
        Item::Enum(ItemEnum { ident, .. }) | Item::Struct(ItemStruct { ident, .. }) => Some(ident.to_string()),
        _ => None,
    }
}

fn entry(item: &Item, private: &BTreeSet<String>) -> Option<Entry> {
    let (kind, name) = match item {
        Item::Use(_) => (Kind::Use, String::new()),
        Item::Mod(ItemMod { ident, .. }) => (Kind::Module, ident.to_string()),
        Item::Impl(ItemImpl { trait_, self_ty, .. }) => {
            let kind = if trait_.is_some() { Kind::TraitImplementation } else { Kind::Methods };
            (kind, self_ty.to_token_stream().into_iter().next()?.to_string())
        }
        Item::Const(ItemConst { ident, .. })
        | Item::Enum(ItemEnum { ident, .. })
        | Item::Fn(ItemFn { sig: Signature { ident, .. }, .. })
        | Item::Macro(ItemMacro { ident: Some(ident), .. })
        | Item::Static(ItemStatic { ident, .. })
        | Item::Struct(ItemStruct { ident, .. })
        | Item::Trait(ItemTrait { ident, .. })
        | Item::Type(ItemType { ident, .. }) => (Kind::Declaration, ident.to_string()),
        Item::Macro(ItemMacro { mac, .. }) => (Kind::Declaration, mac.path.segments.last()?.ident.to_string()),
        _ => return None,
    };
    let text = match item {
        Item::Macro(item) => macro_text(item),
        item if is_visible(item) && !private.contains(&name) => item_text(item.clone()),
        _ => return None,
    };
    Some(Entry { name, kind, text })
}

fn is_visible(item: &Item) -> bool {
    match item {
        Item::Const(ItemConst { vis, .. })
        | Item::Enum(ItemEnum { vis, .. })
        | Item::Fn(ItemFn { vis, .. })
        | Item::Mod(ItemMod { vis, .. })
        | Item::Static(ItemStatic { vis, .. })
        | Item::Struct(ItemStruct { vis, .. })
        | Item::Trait(ItemTrait { vis, .. })
        | Item::Type(ItemType { vis, .. })
        | Item::Use(ItemUse { vis, .. }) => is_public(vis),
        Item::Impl(ItemImpl { trait_, items, .. }) => trait_.is_some() || items.iter().any(is_visible_member),
        _ => false,
    }
}

fn is_visible_member(member: &ImplItem) -> bool {
    matches!(member, ImplItem::Const(ImplItemConst { vis, .. }) | ImplItem::Fn(ImplItemFn { vis, .. }) if is_public(vis))
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn item_text(mut item: Item) -> String {
    Shorten.visit_item_mut(&mut item);
    let file: syn::File = parse_quote!(#item);
    let printed = prettyplease::unparse(&file).replace("private: _,", "..");
    let lines = printed.lines().map(|line| line.strip_suffix(" {}").map_or(line.to_owned(), |line| format!("{line};")));
    lines.flat_map(|line| [line, "\n".to_owned()]).collect()
}

/// The items that a macro makes, with `$` in place of its arguments. For a call, the arguments.
fn macro_text(ItemMacro { ident, mac, .. }: &ItemMacro) -> String {
    let called = &mac.path.segments[0].ident;
    if let Some(name) = ident {
        let groups = mac.tokens.clone().into_iter().filter_map(|token| match token {
            TokenTree::Group(group) => Some(group.stream()),
            _ => None,
        });
        // Each arm is a pattern and a body.
        let bodies = groups.skip(1).step_by(2).map(|body| outline(&without_dollars(body).to_string()));
        return format!("// Each `{name}!` below makes:\n{}", bodies.collect::<String>().replace("DOLLAR_", "$"));
    }
    let parts = |input: ParseStream<'_>| Ok((input.call(Attribute::parse_outer)?, input.parse::<TokenStream>()?));
    let (mut docs, arguments) = parts.parse2(mac.tokens.clone()).unwrap();
    Shorten.visit_attributes_mut(&mut docs);
    let mut lines: Vec<String> = docs.iter().filter_map(doc).map(|line| format!("///{line}")).collect();
    lines.push(format!("{called}! {{ {} }}\n", arguments.to_string().replace(" ,", ",")));
    lines.join("\n")
}

/// The body of a macro with names in place of its arguments, and without its repetitions.
fn without_dollars(tokens: TokenStream) -> TokenStream {
    let mut tokens = tokens.into_iter();
    let mut plain = Vec::<TokenTree>::new();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '$' => match tokens.next() {
                Some(TokenTree::Ident(name)) => plain.push(format_ident!("DOLLAR_{name}").into()),
                _repetition => drop(tokens.next()),
            },
            TokenTree::Group(it) => plain.push(Group::new(it.delimiter(), without_dollars(it.stream())).into()),
            token => plain.push(token),
        }
    }
    plain.into_iter().collect()
}

/// Removes from an item what its users don't see.
struct Shorten;

impl VisitMut for Shorten {
    /// Keeps the first paragraph of the docs, and the attributes for users.
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        let mut is_kept = true;
        attributes.retain_mut(|attribute| match doc(attribute) {
            Some(line) => {
                is_kept &= !line.trim().is_empty();
                is_kept
            }
            None => {
                ATTRIBUTES.split_whitespace().any(|name| attribute.path().is_ident(name)) && !is_only_skip(attribute)
            }
        });
    }

    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        block.stmts.clear();
    }

    /// Callers don't see whether a function changes an argument that it owns.
    fn visit_receiver_mut(&mut self, receiver: &mut Receiver) {
        receiver.mutability = None;
    }

    /// Keeps a literal value, and not a computed one.
    fn visit_expr_mut(&mut self, value: &mut Expr) {
        if !matches!(value, Expr::Array(_) | Expr::Lit(_) | Expr::Struct(_)) {
            *value = parse_quote!(_);
        }
    }

    fn visit_fields_mut(&mut self, fields: &mut Fields) {
        if let Fields::Named(FieldsNamed { named, .. }) = fields {
            let all = named.len();
            *named = std::mem::take(named).into_iter().filter(|field| is_public(&field.vis)).collect();
            if named.len() < all {
                let private: FieldsNamed = parse_quote!({ private: _ });
                named.extend(private.named);
            }
        }
        for field in fields.iter_mut().filter(|field| field.ident.is_none() && !is_public(&field.vis)) {
            field.ty = parse_quote!(_);
        }
        visit_mut::visit_fields_mut(self, fields);
    }

    /// Keeps the fields of a variant, which are as public as the enum.
    fn visit_variant_mut(&mut self, variant: &mut Variant) {
        self.visit_attributes_mut(&mut variant.attrs);
    }

    fn visit_item_impl_mut(&mut self, block: &mut ItemImpl) {
        // The methods of a trait are known; its associated types aren't.
        block.items.retain(|member| match &block.trait_ {
            Some(_) => matches!(member, ImplItem::Type(_)),
            None => is_visible_member(member),
        });
        visit_mut::visit_item_impl_mut(self, block);
    }

    fn visit_item_mod_mut(&mut self, module: &mut ItemMod) {
        if let Some((_, items)) = &mut module.content {
            items.retain(is_visible);
        }
        visit_mut::visit_item_mod_mut(self, module);
    }
}

/// Removes `skip_serializing_if` from an optional field: each of them has it, and `examples` tests it.
fn is_only_skip(attribute: &mut Attribute) -> bool {
    let Meta::List(list) = &mut attribute.meta else { return false };
    let all = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).unwrap();
    let is_skip = |meta: &Meta| meta.to_token_stream().to_string() == r#"skip_serializing_if = "Option::is_none""#;
    let rest: Punctuated<Meta, Token![,]> = all.into_iter().filter(|meta| !is_skip(meta)).collect();
    list.tokens = rest.to_token_stream();
    rest.is_empty()
}

fn doc(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attribute.meta else { return None };
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &meta.value else { return None };
    meta.path.is_ident("doc").then(|| text.value())
}
