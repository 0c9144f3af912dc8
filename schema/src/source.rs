//! Reading and validating the written SDL.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use apollo_compiler::{
    Schema,
    diagnostic::{Diagnostic, ToCliReport as _},
    validation::{DiagnosticData, DiagnosticList, Valid},
};

use crate::Error;

/// The specification has it built in, apollo-compiler does not know it yet.
pub(crate) const ONE_OF: &str = r#""Indicates exactly one field must be supplied and this field must not be `null`."
directive @oneOf on INPUT_OBJECT"#;

/// Reads all `*.graphql` of a folder, in the order of their names.
pub(crate) fn load(folder: &Path) -> Result<Valid<Schema>, Error> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Unreadable { path, source }
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
        let path: PathBuf = entry.map_err(unreadable(folder))?.path();
        if path.extension() == Some(OsStr::new("graphql")) {
            files.push(path);
        }
    }
    files.sort();
    let mut builder = Schema::builder().parse(ONE_OF, "one_of.graphql");
    for path in &files {
        let text = fs::read_to_string(path).map_err(unreadable(path))?;
        builder = builder.parse(text, path);
    }
    let schema = builder
        .build()
        .map_err(|invalid| Error::Invalid(messages(&invalid.errors)))?;
    schema
        .validate()
        .map_err(|invalid| Error::Invalid(messages(&invalid.errors)))
}

fn messages(errors: &DiagnosticList) -> Vec<String> {
    let messages = errors.iter().map(|diagnostic| {
        let place = place(&diagnostic).map(|place| format!("{place}: "));
        let message = diagnostic.error.to_string();
        format!("{}{message}; {}", place.unwrap_or_default(), mend(&message))
    });
    messages.collect()
}

/// File, line and column, as in `recipe.graphql:3:9`.
pub(crate) fn place(diagnostic: &Diagnostic<'_, DiagnosticData>) -> Option<String> {
    let span = diagnostic.error.location()?;
    let file = diagnostic.sources.get(&span.file_id())?.path();
    let start = span.line_column_range(diagnostic.sources)?.start;
    Some(format!(
        "{}:{}:{}",
        file.display(),
        start.line,
        start.column
    ))
}

/// What to do about a message of the validator.
fn mend(message: &str) -> &'static str {
    const MENDS: [(&str, &str); 12] = [
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
    let found = MENDS.iter().find(|(part, _)| message.contains(part));
    found.map_or("correct it as the message says", |(_, mend)| mend)
}
