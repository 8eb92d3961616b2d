//! Patches the code that builds and sends a request.

use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprCall, ExprLit, ExprMethodCall, Lit, Local, Macro, Pat, Stmt, Token, parse_quote};

use super::responses;
use crate::generate::lower::{Location, Operation, Parameter};

/// Patches an operation and counts the patches: each has to apply as often as expected.
pub(super) struct Patch<'a> {
    operation: &'a Operation,
    requests: usize,
    urls: usize,
    versions: usize,
    queries: usize,
    headers: usize,
    responses: usize,
}

impl<'a> Patch<'a> {
    pub(super) fn new(operation: &'a Operation) -> Self {
        Self { operation, requests: 0, urls: 0, versions: 0, queries: 0, headers: 0, responses: 0 }
    }

    pub(super) fn apply(&mut self, block: &mut Block) {
        self.visit_block_mut(block);
        self.replace_sending(block);
        drop_unused_header_map(block);
    }

    /// What was counted, and what is expected.
    pub(super) fn counts(&self) -> [(&'static str, usize, usize); 6] {
        let parameters = |location| self.operation.parameters.iter().filter(|p| p.location == location).count();
        [
            ("sends its request", self.requests, 1),
            ("builds its URL", self.urls, 1),
            ("sends `api-version`", self.versions, 1),
            ("sends a query parameter", self.queries, parameters(Location::Query)),
            ("sends a header", self.headers, parameters(Location::Header)),
            ("reads its response", self.responses, 1),
        ]
    }

    /// The name that is sent for a parameter.
    fn name(&self, ident: &str, location: Location) -> Option<syn::LitStr> {
        let mut parameters = self.operation.parameters.iter();
        let parameter = parameters.find(|parameter| parameter.ident == ident && parameter.location == location)?;
        Some(syn::LitStr::new(&parameter.name, proc_macro2::Span::call_site()))
    }

    /// `self.client.post(url)`: the headers follow directly, before `.json(…)` can set another media type.
    fn request(&mut self, expr: &mut Expr) {
        self.requests += 1;
        if let Some(media_type) = &self.operation.media_type {
            *expr = parse_quote! {
                #expr.header(::reqwest::header::CONTENT_TYPE, ::reqwest::header::HeaderValue::from_static(#media_type))
            };
        }
        if self.operation.is_empty_write() {
            *expr = parse_quote! {
                #expr.header(::reqwest::header::CONTENT_LENGTH, ::reqwest::header::HeaderValue::from_static("0"))
            };
        }
        if let Some(accept) = &self.operation.accept {
            *expr = parse_quote! {
                #expr.header(::reqwest::header::ACCEPT, ::reqwest::header::HeaderValue::from_static(#accept))
            };
        }
    }
}

impl Patch<'_> {
    /// `format!("{}/environments/…#name", self.baseurl, …)`: the fragment names the operation and isn't part of the URL.
    fn url(&self, format: &Macro) -> Option<Expr> {
        if !format.path.is_ident("format") {
            return None;
        }
        let arguments = format.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated).ok()?;
        let mut arguments = arguments.into_iter();
        let Some(Expr::Lit(ExprLit { lit: Lit::Str(template), .. })) = arguments.next() else { return None };
        let base_url = arguments.next().filter(|argument| is_field(argument, "baseurl"))?;
        let template = template.value();
        let path = template.strip_suffix(&format!("#{}", self.operation.name))?.strip_prefix("{}")?;
        let ids = arguments.map(|argument| encoded_id(&argument).unwrap_or(argument));
        path.starts_with('/').then(|| parse_quote!(#base_url.join(format_args!(#path #(, #ids)*))))
    }

    /// `request.query(&QueryParam::new("name", &value))`, if the parameter is optional.
    fn optional_query(&self, expr: &Expr) -> Option<Expr> {
        let Expr::MethodCall(ExprMethodCall { receiver, method, args, .. }) = expr else { return None };
        let Some(Expr::Reference(argument)) = args.first().filter(|_| method == "query") else { return None };
        let Expr::Call(query) = &*argument.expr else { return None };
        let name = first_text(query).filter(|_| is_query(query))?;
        let is_optional = |parameter: &&Parameter| {
            parameter.name == name && parameter.location == Location::Query && !parameter.is_required
        };
        let parameter = self.operation.parameters.iter().find(is_optional)?;
        let value = quote::format_ident!("{}", parameter.ident);
        Some(parse_quote!(crate::query::optional(#receiver, #name, #value)))
    }

    /// Everything from `let info = …` on: progenitor's hooks would hand the response on as one of reqwest's, read again.
    fn replace_sending(&mut self, block: &mut Block) {
        let is_info = |statement: &Stmt| matches!(statement, Stmt::Local(Local { pat: Pat::Ident(pattern), .. }) if pattern.ident == "info");
        let Some(start) = block.stmts.iter().position(is_info) else { return };
        let is_expected = match &block.stmts[start..] {
            [_info, _pre, _exec, _post, _response, Stmt::Expr(Expr::Match(branches), None)] => {
                is_status(&branches.expr)
            }
            _ => false,
        };
        if is_expected {
            let arms = responses::arms(&self.operation.responses);
            block.stmts.truncate(start);
            let sending: Block = parse_quote! {{
                self.inner.prepare(&mut request);
                let response = self.inner.execute(&self.client, request).await?;
                match response.status().as_u16() { #(#arms)* }
            }};
            block.stmts.extend(sending.stmts);
            self.responses += 1;
        }
    }
}

impl VisitMut for Patch<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match expr {
            Expr::MethodCall(call)
                if is_field(&call.receiver, "client")
                    && call.method == self.operation.method.to_lowercase()
                    && call.args.len() == 1 =>
            {
                return self.request(expr);
            }
            Expr::MethodCall(call) if is_header_map(&call.receiver) && call.method == "append" => {
                let Some(Expr::Lit(ExprLit { lit: Lit::Str(name), .. })) = call.args.first_mut() else { return };
                if let Some(sent) = self.name(&name.value(), Location::Header) {
                    *name = sent;
                    self.headers += 1;
                }
            }
            Expr::Call(call) if is_query(call) => {
                let name = first_text(call).and_then(|name| self.name(&name, Location::Query));
                if let (Some(name), Some(first)) = (name, call.args.first_mut()) {
                    *first = parse_quote!(#name);
                    self.queries += 1;
                }
            }
            Expr::Macro(call) => {
                if let Some(url) = self.url(&call.mac) {
                    *expr = url;
                    self.urls += 1;
                    return;
                }
            }
            _ => {}
        }
        visit_mut::visit_expr_mut(self, expr);
        if let Some(query) = self.optional_query(expr) {
            *expr = query;
        }
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

/// The parameter in `encode_path(&id.to_string())`: the types of path parameters encode themselves.
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

/// `progenitor_client::QueryParam::new(…)`
fn is_query(call: &syn::ExprCall) -> bool {
    matches!(&*call.func, Expr::Path(path) if path.path.segments.iter().any(|segment| segment.ident == "QueryParam"))
}

/// `response.status().as_u16()`
fn is_status(expr: &Expr) -> bool {
    matches!(expr, Expr::MethodCall(call) if call.method == "as_u16"
        && matches!(&*call.receiver, Expr::MethodCall(call) if call.method == "status"))
}

fn is_header_map(expr: &Expr) -> bool {
    matches!(expr, Expr::Path(path) if path.path.is_ident(HEADER_MAP))
}

fn is_version_header(statement: &Stmt) -> bool {
    let Stmt::Expr(Expr::MethodCall(ExprMethodCall { receiver, method, args, .. }), _) = statement else {
        return false;
    };
    let is_version =
        matches!(args.first(), Some(Expr::Call(name)) if first_text(name).as_deref() == Some("api-version"));
    is_header_map(receiver) && method == "append" && is_version
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
        visit::visit_ident(self, ident);
    }
}

struct DropHeaders;

impl VisitMut for DropHeaders {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Expr::MethodCall(call) = expr
            && call.method == "headers"
            && call.args.first().is_some_and(is_header_map)
        {
            *expr = (*call.receiver).clone();
        }
        visit_mut::visit_expr_mut(self, expr);
    }
}

/// Returns the text of a call's first argument.
fn first_text(call: &ExprCall) -> Option<String> {
    match call.args.first()? {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}
