//! Names are made of the terms of the field. `vocabulary.txt` has the words that were replaced.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};

use crate::source::{PACKAGES, files, tokens, workspace};

/// What names must not be, or not contain, each with what is used instead.
#[derive(Debug, Default)]
struct Vocabulary<'t> {
    words: BTreeMap<&'t str, &'t str>,
    names: BTreeMap<&'t str, &'t str>,
    exceptions: BTreeMap<&'t str, &'t str>,
}

impl<'t> Vocabulary<'t> {
    fn parse(text: &'t str) -> Self {
        let mut vocabulary = Self::default();
        for line in text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            let (kind, rest) = line.split_once(' ').expect("a kind");
            let (word, meaning) = rest.split_once(": ").expect("a word and what it means");
            let list = match kind {
                "word" => &mut vocabulary.words,
                "name" => &mut vocabulary.names,
                "except" => &mut vocabulary.exceptions,
                _ => panic!("{line}: lines begin with `word`, `name` or `except`"),
            };
            assert!(
                list.insert(word, meaning).is_none(),
                "{word} is there twice"
            );
        }
        vocabulary
    }

    /// What should be used instead of a word of the name, or of the whole.
    fn replacement(&self, name: &str) -> Option<&'t str> {
        if self.exceptions.contains_key(name) {
            return None;
        }
        let whole = self.names.get(name).copied();
        whole.or_else(|| {
            let words = words(name);
            words
                .iter()
                .find_map(|word| self.words.get(word.as_str()).copied())
        })
    }
}

/// The words of a name in snake case or camel case, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        if c == '_' || (c.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        if c != '_' {
            words.last_mut().expect("one").extend(c.to_lowercase());
        }
        was_lower = c.is_lowercase() || c.is_numeric();
    }
    words.retain(|word| !word.is_empty());
    words
}

fn names(stream: TokenStream, found: &mut Vec<String>) {
    for token in stream {
        match token {
            TokenTree::Ident(name) => found.push(name.to_string()),
            TokenTree::Group(group) => names(group.stream(), found),
            _ => {}
        }
    }
}

#[test]
fn names_are_made_of_the_terms_of_the_field() {
    let vocabulary = Vocabulary::parse(include_str!("vocabulary.txt"));
    let mut used = BTreeSet::new();
    let mut wrong = Vec::new();
    for path in PACKAGES.into_iter().flat_map(files) {
        let file = path
            .strip_prefix(workspace())
            .expect("in the workspace")
            .display();
        let mut found = names_of(&path, &vocabulary, &mut used);
        found.sort();
        found.dedup();
        wrong.extend(
            found
                .into_iter()
                .map(|(name, instead)| format!("{file}: `{name}`, rather {instead}")),
        );
    }
    let unused = vocabulary
        .exceptions
        .keys()
        .filter(|name| !used.contains(**name));
    wrong.extend(unused.map(|name| format!("vocabulary.txt: nothing is named `{name}`")));
    assert!(
        wrong.is_empty(),
        "{} names:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn names_of<'t>(
    path: &std::path::Path,
    vocabulary: &Vocabulary<'t>,
    used: &mut BTreeSet<String>,
) -> Vec<(String, &'t str)> {
    let mut found = Vec::new();
    names(tokens(path), &mut found);
    let wrong = found.into_iter().filter_map(|name| {
        used.insert(name.clone());
        let instead = vocabulary.replacement(&name)?;
        Some((name, instead))
    });
    wrong.collect()
}

#[test]
fn a_word_is_found_within_names_and_a_name_only_as_a_whole() {
    let vocabulary =
        Vocabulary::parse("word owe: enqueue\nname told: sent\nexcept owe_nothing: a reason");
    for (name, expected) in [
        ("owe", Some("enqueue")),
        ("OWE_ALL", Some("enqueue")),
        ("WhatWeOwe", Some("enqueue")),
        ("owed", None),
        ("told", Some("sent")),
        ("TOLD", None),
        ("told_once", None),
        ("owe_nothing", None),
    ] {
        assert_eq!(vocabulary.replacement(name), expected, "{name}");
    }
}
