//! The modules below each crate's root are floors: what a module imports never imports it, by whatever way round.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::source::{PACKAGES, files, group, is_cfg_test, tokens, workspace};

/// For each module below the root, the modules that it imports, with a file that does so.
type Imports = BTreeMap<String, BTreeMap<String, PathBuf>>;

#[test]
fn no_modules_import_each_other() {
    let mut circles = Vec::new();
    for package in PACKAGES {
        // Each folder of tests is a crate of its own.
        if package != "tests" {
            circles.extend(circle(&imports(package)).map(|circle| format!("{package}: {circle}")));
        }
    }
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

#[test]
fn a_circle_is_found_and_named() {
    let file = || PathBuf::from("x.rs");
    let of = |uses: &[&str]| {
        uses.iter()
            .map(|name| ((*name).to_owned(), file()))
            .collect()
    };
    let mut imports = Imports::from([
        ("day".to_owned(), of(&["cycle", "clock"])),
        ("cycle".to_owned(), of(&["plan"])),
        ("plan".to_owned(), of(&["clock"])),
    ]);
    assert_eq!(circle(&imports), None);
    imports.insert("plan".to_owned(), of(&["day"]));
    let found = circle(&imports).expect("a circle");
    assert_eq!(found, "cycle → plan (x.rs) → day (x.rs) → cycle (x.rs)");
}

#[test]
fn every_kind_of_import_counts() {
    let text = "
        use crate::{a, b::{c, d}, Error};
        use super::super::e::f;
        fn g() { crate::h::i(); }
        #[cfg(test)]
        mod tests { use crate::k; }
        mod inner { use super::super::super::l; }
    ";
    let mut found = BTreeSet::new();
    collect(&text.parse().expect("tokens"), 2, &mut found);
    let found: Vec<_> = found.iter().map(String::as_str).collect();
    assert_eq!(found, ["Error", "a", "b", "e", "h", "l"]);
}

fn imports(package: &str) -> Imports {
    let root = workspace().join(package);
    let mut imports = Imports::new();
    for path in files(package) {
        let relative = path.strip_prefix(&root).expect("below the package");
        let modules = modules(relative);
        let Some(top) = modules.first() else { continue };
        if modules.iter().any(|module| module == "tests") {
            continue;
        }
        let mut found = BTreeSet::new();
        collect(&tokens(&path), modules.len(), &mut found);
        found.remove(top);
        let uses = imports.entry(top.clone()).or_default();
        for name in found {
            uses.entry(name).or_insert_with(|| relative.to_owned());
        }
    }
    // What is no module is an item of the root.
    let known: BTreeSet<_> = imports.keys().cloned().collect();
    for uses in imports.values_mut() {
        uses.retain(|name, _| known.contains(name));
    }
    imports
}

/// The path of a file's module, from the root; empty for the root itself.
fn modules(relative: &Path) -> Vec<String> {
    let names = relative.with_extension("");
    let mut names: Vec<_> = names
        .iter()
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    if names.last().is_some_and(|name| name == "mod")
        || matches!(names.as_slice(), [name] if name == "lib" || name == "main")
    {
        names.pop();
    }
    names
}

/// Adds the first names of all paths that begin at the root. `depth` is how far below it the tokens are.
fn collect(stream: &TokenStream, depth: usize, found: &mut BTreeSet<String>) {
    let tokens: Vec<_> = stream.clone().into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        let cfg_test = group(&tokens[at], Delimiter::Bracket).is_some_and(|it| is_cfg_test(&it));
        if cfg_test {
            at = end_of_item(&tokens, at + 1);
            continue;
        }
        let inline_module = || group(tokens.get(at + 2)?, Delimiter::Brace);
        if is_ident(&tokens[at], "mod")
            && let Some(body) = inline_module()
        {
            collect(&body, depth + 1, found);
            at += 3;
            continue;
        }
        if let TokenTree::Group(inner) = &tokens[at] {
            collect(&inner.stream(), depth, found);
            at += 1;
            continue;
        }
        match after_root(&tokens, at, depth) {
            Some(next) => {
                first_names(&tokens[next], found);
                at = next + 1;
            }
            None => at += 1,
        }
    }
}

/// Where a path that begins here goes on behind the crate's root: after `crate::`, or after as many `super::` as it takes.
fn after_root(tokens: &[TokenTree], at: usize, depth: usize) -> Option<usize> {
    if at > 1 && is_separator(tokens, at - 2) {
        return None;
    }
    let mut next = at;
    if is_ident(&tokens[at], "crate") {
        next += 1;
    } else {
        for _ in 0..depth {
            if !is_ident(tokens.get(next)?, "super") || !is_separator(tokens, next + 1) {
                return None;
            }
            next += 3;
        }
        next -= 2;
    }
    (is_separator(tokens, next) && next + 2 < tokens.len()).then_some(next + 2)
}

/// The name, or the first names of a list in braces.
fn first_names(token: &TokenTree, found: &mut BTreeSet<String>) {
    match token {
        TokenTree::Ident(name) => {
            found.insert(name.to_string());
        }
        TokenTree::Group(list) => {
            let mut begins = true;
            for token in list.stream() {
                match &token {
                    TokenTree::Ident(name) if begins => {
                        found.insert(name.to_string());
                    }
                    _ => {}
                }
                begins = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ',');
            }
        }
        _ => {}
    }
}

fn end_of_item(tokens: &[TokenTree], from: usize) -> usize {
    let ends = |token: &TokenTree| {
        group(token, Delimiter::Brace).is_some()
            || matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';')
    };
    let length = tokens[from..].iter().position(ends);
    length.map_or(tokens.len(), |length| from + length + 1)
}

fn is_ident(token: &TokenTree, name: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == name)
}

fn is_separator(tokens: &[TokenTree], at: usize) -> bool {
    let colon = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    colon(tokens.get(at)) && colon(tokens.get(at + 1))
}

/// A circle, if there is one: each module with the file by which the one before imports it.
fn circle(imports: &Imports) -> Option<String> {
    let mut done = BTreeSet::new();
    imports
        .keys()
        .find_map(|start| walk(imports, start, &mut Vec::new(), &mut done))
}

fn walk<'i>(
    imports: &'i Imports,
    module: &'i str,
    path: &mut Vec<&'i str>,
    done: &mut BTreeSet<&'i str>,
) -> Option<String> {
    if let Some(begin) = path.iter().position(|it| *it == module) {
        let circle = path[begin..]
            .iter()
            .copied()
            .chain([module])
            .collect::<Vec<_>>();
        let steps = circle.windows(2).map(|pair| {
            let file = imports[pair[0]][pair[1]].display();
            format!(" → {} ({file})", pair[1])
        });
        return Some(format!("{}{}", circle[0], steps.collect::<String>()));
    }
    if done.contains(module) {
        return None;
    }
    path.push(module);
    let uses = imports.get(module).into_iter().flat_map(BTreeMap::keys);
    let found = uses
        .into_iter()
        .find_map(|used| walk(imports, used, path, done));
    path.pop();
    done.insert(module);
    found
}
