//! Reads exported SDL, from any version of `coach schema print` or from another
//! tool.

use std::path::Path;

use apollo_compiler::{
    Schema,
    ast::{Definition, Document},
    diagnostic::ToCliReport as _,
    validation::{DiagnosticList, Valid},
};

use crate::{
    Error,
    source::{ONE_OF, location},
};

/// The maximum number of mistakes that are reported, for a file that is not SDL at all.
const MAX_MISTAKES: usize = 20;

/// Reads SDL, with or without a `schema` definition, extensions, and definitions
/// of built-in types and directives. An extension of an undefined type, as in
/// the SDL of a subgraph, defines it. `path` is only used in messages.
///
/// # Errors
///
/// [`Error::Invalid`] with the first twenty mistakes, each with file, line and
/// column.
pub fn parse(sdl: impl Into<String>, path: impl AsRef<Path>) -> Result<Valid<Schema>, Error> {
    let path = path.as_ref();
    let document =
        Document::parse(sdl, path).map_err(|invalid| invalid_sdl(path, &invalid.errors))?;
    let mut builder = Schema::builder()
        .ignore_builtin_redefinitions()
        .add_ast(&document);
    if !defines_one_of(&document) {
        builder = builder.parse(ONE_OF, "one_of.graphql");
    }
    if builder.iter_orphan_extension_types().next().is_some() {
        builder = builder.adopt_orphan_extensions();
    }
    let schema = builder.build().and_then(Schema::validate);
    schema.map_err(|invalid| invalid_sdl(path, &invalid.errors))
}

fn defines_one_of(document: &Document) -> bool {
    document.definitions.iter().any(|definition| {
        matches!(definition, Definition::DirectiveDefinition(directive) if directive.name == "oneOf")
    })
}

fn invalid_sdl(path: &Path, errors: &DiagnosticList) -> Error {
    let mut messages: Vec<_> = errors
        .iter()
        .take(MAX_MISTAKES)
        .map(|diagnostic| {
            let location = location(diagnostic.error.location(), diagnostic.sources);
            let location = location.unwrap_or_else(|| path.display().to_string());
            format!("{location}: {}", diagnostic.error)
        })
        .collect();
    if let Some(more @ 1..) = errors.len().checked_sub(MAX_MISTAKES) {
        messages.push(format!("{}: {more} more mistakes", path.display()));
    }
    Error::Invalid(messages)
}
