//! The modules of a crate, the imports between them, and the circles that these imports form.
//!
//! An import is any path that starts with `crate`, `super` or `self`: in a `use`, in an expression, in a type, or in the
//! arguments of a macro. It leads to the module that declares the item, also when the path goes through a re-export such
//! as `pub use client::Client` in `lib.rs`. A glob leads to the module that it names. Modules under `#[cfg(test)]` and
//! links in comments don't count.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::{fs, io};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Expr, ExprLit, Item, ItemMod, Lit, Meta, UseTree};

use crate::Result;

/// The path of a module below the root of its crate, which is the empty path.
type ModulePath = Vec<String>;

/// The modules of one target.
pub(crate) struct Modules {
    /// The folder of the root file.
    folder: PathBuf,
    modules: BTreeMap<ModulePath, Module>,
}

#[derive(Default)]
struct Module {
    file: PathBuf,
    /// What its `use` declarations bring in, under the names that it gives them.
    uses: BTreeMap<String, Vec<String>>,
    imports: Vec<Vec<String>>,
}

/// The imports from one child of a module to another, as a person reads them.
type Imports = BTreeSet<String>;

impl Modules {
    /// Reads a crate from its root file, such as `src/lib.rs`.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let folder = root.parent().ok_or("no folder")?;
        let mut modules = Self { folder: folder.to_owned(), modules: BTreeMap::new() };
        modules.read_file(vec![], root, folder)?;
        Ok(modules)
    }

    /// Reads a file whose submodules are in `folder`.
    fn read_file(&mut self, path: ModulePath, file: &Path, folder: &Path) -> Result {
        let source =
            fs::read_to_string(file).map_err(|error| io::Error::other(format!("{}: {error}", file.display())))?;
        self.read_items(path, &syn::parse_file(&source)?.items, file, folder)
    }

    fn read_items(&mut self, path: ModulePath, items: &[Item], file: &Path, folder: &Path) -> Result {
        let mut module = Module { file: file.to_owned(), ..Module::default() };
        for item in items {
            match item {
                Item::Mod(child) if is_only_for_tests(&child.attrs) => {}
                Item::Mod(child) => self.read_child(&path, child, file, folder)?,
                item => {
                    if let Item::Use(item) = item {
                        flatten(&item.tree, &mut vec![], &mut module.uses);
                    }
                    paths_in(item.to_token_stream(), &mut module.imports);
                }
            }
        }
        self.modules.insert(path, module);
        Ok(())
    }

    fn read_child(&mut self, parent: &[String], child: &ItemMod, file: &Path, folder: &Path) -> Result {
        let name = child.ident.to_string();
        let path = [parent, std::slice::from_ref(&name)].concat();
        let inside = folder.join(&name);
        if let Some((_, items)) = &child.content {
            return self.read_items(path, items, file, &inside);
        }
        if let Some(elsewhere) = child.attrs.iter().find_map(path_attribute) {
            let file = file.with_file_name(elsewhere);
            return self.read_file(path, &file, file.parent().unwrap_or(folder));
        }
        let beside = folder.join(format!("{name}.rs"));
        let file = if beside.exists() { beside } else { inside.join("mod.rs") };
        self.read_file(path, &file, &inside)
    }

    /// The circles among the children of each module, one for each set of children that import each other.
    ///
    /// A child stands for itself and everything below it, so that `a::x → b → a::y` is a circle of `a` and `b`. An import
    /// between a module and one that contains it doesn't count.
    pub(crate) fn circles(&self) -> Vec<String> {
        let mut imports = BTreeMap::<&[String], BTreeMap<&str, BTreeMap<&str, Imports>>>::new();
        for (from, module) in &self.modules {
            for import in &module.imports {
                let Some(to) = self.resolve(from, import, &mut BTreeSet::new()) else { continue };
                let shared = from.iter().zip(to).take_while(|(from, to)| from == to).count();
                let (Some(child), Some(other)) = (from.get(shared), to.get(shared)) else { continue };
                let imports = imports.entry(&from[..shared]).or_default().entry(child).or_default();
                let file = module.file.strip_prefix(&self.folder).unwrap_or(&module.file);
                let text = format!("{} imports {}", file.display(), import.join("::"));
                imports.entry(other).or_default().insert(text);
            }
        }
        imports.values().flat_map(circles_of).collect()
    }

    /// The module that a path leads to from another one.
    fn resolve<'a>(
        &'a self,
        from: &[String],
        path: &[String],
        seen: &mut BTreeSet<Vec<String>>,
    ) -> Option<&'a [String]> {
        let mut rest = path;
        let mut to = from.to_vec();
        while let Some((first, others)) = rest.split_first() {
            match first.as_str() {
                "crate" => to.clear(),
                "super" => drop(to.pop()),
                "self" => {}
                _ => break,
            }
            rest = others;
        }
        for (position, name) in rest.iter().enumerate() {
            to.push(name.clone());
            if self.modules.contains_key(&to) {
                continue;
            }
            to.pop();
            let used = self.modules.get(&to)?.uses.get(name);
            let is_relative = position == 0 && rest.len() == path.len();
            return match used.map(|used| [used, &rest[position + 1..]].concat()) {
                Some(used) if seen.insert([to.as_slice(), &used].concat()) => self.resolve(&to, &used, seen),
                // Another crate's, or one that the module declares.
                _ if is_relative => None,
                _ => self.path_of(&to),
            };
        }
        self.path_of(&to)
    }

    fn path_of(&self, path: &[String]) -> Option<&[String]> {
        self.modules.get_key_value(path).map(|(path, _)| path.as_slice())
    }
}

/// The circles in one graph: the shortest through the first node of each set that isn't in a circle reported before.
fn circles_of(graph: &BTreeMap<&str, BTreeMap<&str, Imports>>) -> Vec<String> {
    let mut reported = BTreeSet::new();
    let mut circles = vec![];
    for start in graph.keys() {
        let Some(circle) =
            shortest_circle(graph, start).filter(|circle| reported.is_disjoint(&circle.iter().copied().collect()))
        else {
            continue;
        };
        let mut text = format!("{} → {start}", circle.join(" → "));
        for (from, to) in circle.iter().zip(circle.iter().cycle().skip(1)) {
            text.extend(graph[from][to].iter().map(|import| format!("\n    {import}")));
        }
        circles.push(text);
        reported.extend(circle);
    }
    circles
}

/// The nodes of the shortest circle through `start`, which is the first of them.
fn shortest_circle<'a>(graph: &BTreeMap<&'a str, BTreeMap<&'a str, Imports>>, start: &'a str) -> Option<Vec<&'a str>> {
    let mut queue = VecDeque::from([vec![start]]);
    let mut seen = BTreeSet::new();
    while let Some(route) = queue.pop_front() {
        for next in graph.get(route[route.len() - 1])?.keys() {
            if *next == start {
                return Some(route);
            }
            if graph.contains_key(next) && seen.insert(*next) {
                queue.push_back([route.as_slice(), &[next]].concat());
            }
        }
    }
    None
}

fn is_only_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.to_token_stream().to_string() == "# [cfg (test)]")
}

/// The file of `#[path = "…"]`.
fn path_attribute(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attribute.meta else { return None };
    let Expr::Lit(ExprLit { lit: Lit::Str(path), .. }) = &meta.value else { return None };
    meta.path.is_ident("path").then(|| path.value())
}

/// The names that a `use` declaration brings in, each with its path.
fn flatten(tree: &UseTree, prefix: &mut Vec<String>, uses: &mut BTreeMap<String, Vec<String>>) {
    let mut insert = |name: &syn::Ident, alias: &syn::Ident| {
        let path = if name == "self" { prefix.clone() } else { [prefix.as_slice(), &[name.to_string()]].concat() };
        let alias = if alias == "self" { path.last().cloned() } else { Some(alias.to_string()) };
        uses.extend(alias.map(|alias| (alias, path)));
    };
    match tree {
        UseTree::Name(name) => insert(&name.ident, &name.ident),
        UseTree::Rename(rename) => insert(&rename.ident, &rename.rename),
        UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            flatten(&path.tree, prefix, uses);
            prefix.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, prefix, uses)),
        UseTree::Glob(_) => {}
    }
}

/// Collects the paths that start with `crate`, `super` or `self`, each member of a `{…}` group separately.
fn paths_in(tokens: TokenStream, paths: &mut Vec<Vec<String>>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (position, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => paths_in(group.stream(), paths),
            TokenTree::Ident(name) if name == "crate" || name == "super" || name == "self" => {
                // Not the `super` in the middle of a path.
                let is_start = !tokens[..position].ends_with_colons();
                if is_start && tokens[position + 1..].starts_with_colons() {
                    path_at(&tokens[position..], &mut vec![], paths);
                }
            }
            _ => {}
        }
    }
}

/// Collects the path at the start of `tokens`, behind `prefix`.
fn path_at(tokens: &[TokenTree], prefix: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
    match tokens {
        [TokenTree::Ident(name), rest @ ..] => {
            prefix.push(name.to_string());
            if rest.starts_with_colons() {
                path_at(&rest[2..], prefix, paths);
            } else {
                paths.push(prefix.clone());
            }
            prefix.pop();
        }
        [TokenTree::Group(group), ..] if group.delimiter() == Delimiter::Brace => {
            let members: Vec<TokenTree> = group.stream().into_iter().collect();
            let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
            members
                .split(is_comma)
                .filter(|member| !member.is_empty())
                .for_each(|member| path_at(member, prefix, paths));
        }
        // A `*`, or the `<` of a generic argument.
        _ => paths.push(prefix.clone()),
    }
}

trait Colons {
    fn starts_with_colons(&self) -> bool;
    fn ends_with_colons(&self) -> bool;
}

impl Colons for [TokenTree] {
    fn starts_with_colons(&self) -> bool {
        matches!(self, [TokenTree::Punct(first), TokenTree::Punct(second), ..]
            if first.as_char() == ':' && second.as_char() == ':')
    }

    fn ends_with_colons(&self) -> bool {
        matches!(self, [.., TokenTree::Punct(first), TokenTree::Punct(second)]
            if first.as_char() == ':' && second.as_char() == ':')
    }
}
