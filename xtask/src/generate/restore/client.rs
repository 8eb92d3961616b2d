//! Restores the client: exact media types, `Content-Length: 0` for empty bodies, and only documented headers.

use std::collections::BTreeSet;

use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprLit, ExprMethodCall, ImplItem, Item, Lit, Local, Macro, Pat, Stmt, Token, parse_quote};

use super::{put_docs, take_docs};
use crate::generate::Error;
use crate::generate::lower::{Lowered, Operation};

pub(super) fn restore(items: &mut [Item], lowered: &Lowered) -> Result<(), Error> {
    let mut patched = BTreeSet::new();
    let mut constructors = 0;
    for item in items {
        put_docs_back(item);
        let Item::Impl(block) = item else { continue };
        if block.trait_.is_some() {
            continue;
        }
        block.attrs.retain(|attribute| !attribute.path().is_ident("allow"));
        // `new` builds a reqwest client without this crate's limits, and panics if that fails.
        let before = block.items.len();
        block.items.retain(|item| !matches!(item, ImplItem::Fn(method) if method.sig.ident == "new"));
        constructors += before - block.items.len();
        for item in &mut block.items {
            let ImplItem::Fn(method) = item else { continue };
            if method.sig.asyncness.is_none() {
                let docs = take_docs(&mut method.attrs);
                put_docs(&mut method.attrs, &docs.replace("Construct a new client", "Creates a client"));
                continue;
            }
            let name = method.sig.ident.to_string();
            let Some(operation) = lowered.operations.get(&name) else {
                return Err(Error::Generator(format!("the method `{name}` is not an operation of the document")));
            };
            restore_operation(method, operation)?;
            if !patched.insert(name) {
                return Err(Error::Generator(format!("the operation `{}` was generated twice", operation.id)));
            }
        }
    }
    if constructors != 1 {
        return Err(Error::Generator(format!("{constructors} functions are named `Client::new`; expected one")));
    }
    match lowered.operations.iter().find(|(name, _)| !patched.contains(*name)) {
        Some((_, operation)) => Err(Error::Generator(format!("the operation `{}` was not generated", operation.id))),
        None => Ok(()),
    }
}

fn put_docs_back(item: &mut Item) {
    if let Item::Struct(item) = item {
        let docs = take_docs(&mut item.attrs);
        put_docs(&mut item.attrs, &docs);
    }
}

fn restore_operation(method: &mut syn::ImplItemFn, operation: &Operation) -> Result<(), Error> {
    let mut patch = Patch { operation, requests: 0, urls: 0, versions: 0, accepts: 0 };
    patch.visit_block_mut(&mut method.block);
    let docs = restore_docs(&take_docs(&mut method.attrs), operation);
    let expectations = [
        ("sends its request", patch.requests),
        ("makes its URL", patch.urls),
        ("sends `api-version`", patch.versions),
        ("sends `Accept`", patch.accepts + usize::from(operation.accept.is_none())),
        ("documents its request", docs.iter().len()),
    ];
    for (what, count) in expectations {
        if count != 1 {
            let problem = format!(
                "the operation `{}` {what} {count} times; expected once: progenitor's output has changed",
                operation.id
            );
            return Err(Error::Generator(problem));
        }
    }
    drop_unused_header_map(&mut method.block);
    put_docs(&mut method.attrs, &docs.unwrap_or_default());
    Ok(())
}

/// Patches an operation and counts the patches: each has to apply exactly once.
struct Patch<'a> {
    operation: &'a Operation,
    requests: usize,
    urls: usize,
    versions: usize,
    accepts: usize,
}

impl VisitMut for Patch<'_> {
    /// `self.client.post(url)`: the media type follows directly, before `.json(…)` can set another one.
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        let sends = matches!(expr, Expr::MethodCall(call)
            if is_field(&call.receiver, "client") && call.method == self.operation.method.to_lowercase() && call.args.len() == 1);
        if !sends {
            self.accept(expr);
            return visit_mut::visit_expr_mut(self, expr);
        }
        self.requests += 1;
        if let Some(media_type) = &self.operation.media_type {
            *expr = parse_quote! {
                #expr.header(::reqwest::header::CONTENT_TYPE, ::reqwest::header::HeaderValue::from_static(#media_type))
            };
        }
        if self.operation.says_empty() {
            *expr = parse_quote! {
                #expr.header(::reqwest::header::CONTENT_LENGTH, ::reqwest::header::HeaderValue::from_static("0"))
            };
        }
    }

    /// `format!("{}/environments/…#fragment", …)`: the fragment names the operation and isn't part of the URL.
    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        if !mac.path.is_ident("format") {
            return;
        }
        let Ok(mut arguments) = mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) else { return };
        let Some(Expr::Lit(ExprLit { lit: Lit::Str(template), .. })) = arguments.first_mut() else { return };
        let text = template.value();
        let suffix = self.operation.fragment.as_ref().map(|fragment| format!("#{fragment}")).unwrap_or_default();
        let Some(url) = text.strip_suffix(&suffix).filter(|url| url.starts_with("{}/")) else { return };
        *template = syn::LitStr::new(url, template.span());
        for argument in arguments.iter_mut().skip(1) {
            if let Some(id) = encoded_id(argument) {
                *argument = id;
            }
        }
        mac.tokens = quote::quote!(#arguments);
        self.urls += 1;
    }

    /// `header_map.append("api-version", …)`: PingOne has no such header.
    fn visit_block_mut(&mut self, block: &mut Block) {
        block.stmts.retain(|statement| {
            let is_version = is_version_header(statement);
            self.versions += usize::from(is_version);
            !is_version
        });
        visit_mut::visit_block_mut(self, block);
    }
}

impl Patch<'_> {
    /// `.header(ACCEPT, "application/json")`: the document lists more media types.
    fn accept(&mut self, expr: &mut Expr) {
        let (Expr::MethodCall(call), Some(accept)) = (expr, &self.operation.accept) else { return };
        let is_accept = matches!(call.args.first(), Some(Expr::Path(name))
            if name.path.segments.last().is_some_and(|segment| segment.ident == "ACCEPT"));
        if let (true, Some(value)) = (call.method == "header" && is_accept, call.args.last_mut()) {
            *value = parse_quote!(::reqwest::header::HeaderValue::from_static(#accept));
            self.accepts += 1;
        }
    }
}

/// The id in `encode_path(&id.to_string())`: a UUID needs no encoding.
fn encoded_id(argument: &Expr) -> Option<Expr> {
    let Expr::Call(call) = argument else { return None };
    let is_encoded = matches!(&*call.func, Expr::Path(path) if path.path.is_ident("encode_path"));
    let Some(Expr::Reference(text)) = call.args.first().filter(|_| is_encoded) else { return None };
    match &*text.expr {
        Expr::MethodCall(text) if text.method == "to_string" => Some((*text.receiver).clone()),
        _ => None,
    }
}

/// `self.<name>`
fn is_field(expr: &Expr, name: &str) -> bool {
    matches!(expr, Expr::Field(field)
        if matches!(&field.member, syn::Member::Named(member) if member == name)
        && matches!(&*field.base, Expr::Path(base) if base.path.is_ident("self")))
}

fn is_version_header(statement: &Stmt) -> bool {
    let Stmt::Expr(Expr::MethodCall(ExprMethodCall { receiver, method, args, .. }), _) = statement else {
        return false;
    };
    let is_map = matches!(&**receiver, Expr::Path(path) if path.path.is_ident(HEADER_MAP));
    let is_version = matches!(args.first(), Some(Expr::Call(name))
        if matches!(name.args.first(), Some(Expr::Lit(ExprLit { lit: Lit::Str(name), .. })) if name.value() == "api-version"));
    is_map && method == "append" && is_version
}

const HEADER_MAP: &str = "header_map";

/// Removes a header map that is empty without `api-version`.
fn drop_unused_header_map(block: &mut Block) {
    let mut uses = Uses(0);
    uses.visit_block(block);
    // Its declaration, and its use in the request.
    if uses.0 != 2 {
        return;
    }
    block.stmts.retain(|statement| {
        !matches!(statement, Stmt::Local(Local { pat: Pat::Ident(pattern), .. }) if pattern.ident == HEADER_MAP)
    });
    DropHeaders.visit_block_mut(block);
}

struct Uses(usize);

impl Visit<'_> for Uses {
    fn visit_ident(&mut self, ident: &proc_macro2::Ident) {
        self.0 += usize::from(ident == HEADER_MAP);
    }
}

struct DropHeaders;

impl VisitMut for DropHeaders {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Expr::MethodCall(call) = expr
            && call.method == "headers"
            && matches!(call.args.first(), Some(Expr::Path(path)) if path.path.is_ident(HEADER_MAP))
        {
            *expr = (*call.receiver).clone();
        }
        visit_mut::visit_expr_mut(self, expr);
    }
}

/// Keeps progenitor's documentation, except for the line that describes the request.
fn restore_docs(docs: &str, operation: &Operation) -> Option<String> {
    let is_request = |line: &&str| line.starts_with("Sends a `");
    if docs.lines().filter(is_request).count() != 1 {
        return None;
    }
    let mut request = format!("Sends `{} {}`", operation.method, operation.path);
    if let Some(media_type) = &operation.media_type {
        let body = if operation.has_body { "" } else { ", without a body" };
        request = format!("{request} with `Content-Type: {media_type}`{body}");
    }
    request.push('.');
    if let Some(page) = &operation.page {
        request = format!("{request}\n\nSee the vendor's page: <{page}>.");
    }
    let lines = docs.trim_end().lines().map(|line| if is_request(&line) { request.as_str() } else { line });
    let docs = lines.collect::<Vec<_>>().join("\n");
    Some(format!("{docs}\n\n# Errors\n\nIf the request can't be sent, or the response is not the documented success."))
}
