//! Reads a schema that was exported: by `coach schema print` of any version, or
//! by another tool.

use std::path::Path;

use apollo_compiler::{
    Schema,
    ast::{Definition, Document},
    validation::{DiagnosticList, Valid, WithErrors},
};

use crate::{
    Error,
    source::{ONE_OF, place},
};

/// What is told of a file that is something else altogether.
const MOST_MISTAKES: usize = 20;

/// Reads SDL, with or without a `schema` definition, extensions, and
/// definitions of what is built in. An extension of a type that is defined
/// nowhere, as in the SDL of a subgraph, defines it. `path` is what messages
/// call it.
///
/// # Errors
///
/// [`Error::Invalid`] with the first twenty mistakes, each with file, line and
/// column.
pub fn parse(sdl: impl Into<String>, path: impl AsRef<Path>) -> Result<Valid<Schema>, Error> {
    let path = path.as_ref();
    let document = Document::parse(sdl, path).map_err(|invalid| refusal(path, &invalid.errors))?;
    let mut builder = Schema::builder()
        .ignore_builtin_redefinitions()
        .add_ast(&document);
    if !defines_one_of(&document) {
        builder = builder.parse(ONE_OF, "one_of.graphql");
    }
    if builder.iter_orphan_extension_types().next().is_some() {
        builder = builder.adopt_orphan_extensions();
    }
    let refuse = |invalid: WithErrors<Schema>| refusal(path, &invalid.errors);
    builder.build().map_err(refuse)?.validate().map_err(refuse)
}

fn defines_one_of(document: &Document) -> bool {
    document.definitions.iter().any(|definition| {
        matches!(definition, Definition::DirectiveDefinition(directive) if directive.name == "oneOf")
    })
}

fn refusal(path: &Path, errors: &DiagnosticList) -> Error {
    let mut messages: Vec<_> = errors
        .iter()
        .take(MOST_MISTAKES)
        .map(|diagnostic| {
            let place = place(&diagnostic).unwrap_or_else(|| path.display().to_string());
            format!("{place}: {}", diagnostic.error)
        })
        .collect();
    if let Some(more @ 1..) = errors.len().checked_sub(MOST_MISTAKES) {
        messages.push(format!("{}: {more} more mistakes", path.display()));
    }
    Error::Invalid(messages)
}
