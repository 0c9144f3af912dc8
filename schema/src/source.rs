//! Reads and validates our own SDL.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use apollo_compiler::{
    Schema,
    diagnostic::ToCliReport as _,
    parser::{LineColumn, SourceMap, SourceSpan},
    validation::{DiagnosticList, Valid},
};

use crate::Error;

/// `@oneOf` is built in according to the specification, but apollo-compiler does not define it yet.
pub(crate) const ONE_OF: &str = r#""Indicates exactly one field must be supplied and this field must not be `null`."
directive @oneOf on INPUT_OBJECT"#;

/// Reads all `*.graphql` files of a folder, in alphabetical order.
pub(crate) fn load(folder: &Path) -> Result<Valid<Schema>, Error> {
    let io_error = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Io { path, source }
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(io_error(folder))? {
        let path: PathBuf = entry.map_err(io_error(folder))?.path();
        if path.extension() == Some(OsStr::new("graphql")) {
            files.push(path);
        }
    }
    files.sort();
    let mut builder = Schema::builder().parse(ONE_OF, "one_of.graphql");
    for path in &files {
        let text = fs::read_to_string(path).map_err(io_error(path))?;
        builder = builder.parse(text, path);
    }
    let schema = builder.build().and_then(Schema::validate);
    schema.map_err(|invalid| Error::Invalid(messages(&invalid.errors)))
}

fn messages(errors: &DiagnosticList) -> Vec<String> {
    let messages = errors.iter().map(|diagnostic| {
        let location = location(diagnostic.error.location(), diagnostic.sources);
        let location = location.map(|location| format!("{location}: "));
        let message = diagnostic.error.to_string();
        format!(
            "{}{message}; {}",
            location.unwrap_or_default(),
            hint(&message)
        )
    });
    messages.collect()
}

/// File, line and column, as in `recipe.graphql:3:9`.
pub(crate) fn location(span: Option<SourceSpan>, sources: &SourceMap) -> Option<String> {
    let span = span?;
    let file = sources.get(&span.file_id())?.path().display();
    let LineColumn { line, column } = span.line_column(sources)?;
    Some(format!("{file}:{line}:{column}"))
}

/// How to fix the mistake that the validator reports with this message.
fn hint(message: &str) -> &'static str {
    const HINTS: [(&str, &str); 12] = [
        (
            "cannot find type",
            "define it, correct its spelling, or use a type that exists",
        ),
        (
            "cannot find directive",
            "directives are those of directives.graphql; correct the spelling, or give it an implementation in the generator",
        ),
        (
            "defined multiple times",
            "keep one definition; use `extend` to add to a type from another file",
        ),
        (
            "duplicate definitions",
            "keep one definition and remove or rename the other",
        ),
        (
            "does not satisfy interface",
            "add the field that the interface asks for, or do not implement it",
        ),
        (
            "is not a proper subtype",
            "give the field the interface's type, or a subtype of it",
        ),
        (
            "expects argument",
            "add the argument that the interface's field has",
        ),
        (
            "is not supported by",
            "remove the argument, or correct its spelling",
        ),
        (
            "is not provided",
            "add it: it is required and has no default",
        ),
        (
            "directive is not supported for",
            "put the directive on one of the places that its definition names",
        ),
        ("syntax error", "correct the syntax at this place"),
        ("expected value of type", "give a value of that type"),
    ];
    let found = HINTS.iter().find(|(part, _)| message.contains(part));
    found.map_or("correct it as the message says", |(_, hint)| hint)
}
