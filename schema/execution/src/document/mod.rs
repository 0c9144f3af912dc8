//! Documents. A text that is too large is rejected before it is parsed.
//! apollo-compiler parses and validates it; `rules` adds the validation rules
//! of the specification that apollo-compiler lacks. All of this depends only on
//! the text and the schema, so prepared documents can be cached.

mod conditions;
mod diagnostic;
mod measure;
mod rules;
mod scan;

use apollo_compiler::{
    ExecutableDocument, Name, Node, Schema,
    executable::{FragmentMap, Operation},
    parser::{Parser, SourceSpan},
    validation::Valid,
};
use async_graphql::{Pos, ServerError};

use crate::{ResolverError, definition::TypeDefinition};

/// Limits on the size and complexity of a document.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The length of the text in bytes.
    pub bytes: usize,
    /// The number of lexical tokens.
    pub tokens: usize,
    /// The nesting depth of brackets of any kind.
    pub nesting: usize,
    /// The nesting depth of fields, including leaves.
    pub depth: usize,
    /// The nesting depth of fields below `__schema` and `__type`.
    pub introspection_depth: usize,
    /// The estimated number of list items and fields that introspection returns.
    pub introspection_cost: usize,
    /// The nesting depth of introspection lists that lead to other types.
    pub introspection_lists: usize,
    /// The number of fields; a fragment counts each time it is spread.
    pub selections: usize,
    /// The number of operations; all of them are validated, although only one is executed.
    pub operations: usize,
    /// The number of fragment definitions.
    pub fragments: usize,
    /// The number of aliases.
    pub aliases: usize,
    /// The number of applied directives.
    pub directives: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 * 1024,
            tokens: 2_000,
            nesting: 50,
            depth: 12,
            introspection_depth: 15,
            introspection_cost: 54_000,
            introspection_lists: 2,
            selections: 1_000,
            operations: 10,
            fragments: 100,
            aliases: 30,
            directives: 50,
        }
    }
}

/// A validated document.
pub struct Document {
    executable: Valid<ExecutableDocument>,
    /// The variables in `@skip` and `@include`.
    pub(crate) conditions: Vec<Name>,
}

impl Document {
    fn new(executable: Valid<ExecutableDocument>) -> Self {
        Self {
            conditions: conditions::variables(&executable),
            executable,
        }
    }

    /// The operation to execute: the one with this name, or the only one.
    ///
    /// # Errors
    ///
    /// `GRAPHQL_VALIDATION_FAILED` if there is no such operation, or if there are
    /// several and no name is given (specification 6.1, `GetOperation`).
    pub fn operation(&self, name: Option<&str>) -> Result<&Node<Operation>, ServerError> {
        self.executable.operations.get(name).map_err(|_| {
            let message = match name {
                Some(name) => format!("the document has no operation named {name:?}"),
                None => {
                    "the document has several operations: `operationName` must say which is to run"
                        .to_owned()
                }
            };
            ResolverError::new("GRAPHQL_VALIDATION_FAILED", message).into_error(None)
        })
    }

    pub(crate) fn fragments(&self) -> &FragmentMap {
        &self.executable.fragments
    }

    pub(crate) fn executable(&self) -> &Valid<ExecutableDocument> {
        &self.executable
    }

    /// The line and column at which a span starts.
    pub(crate) fn position(&self, span: Option<SourceSpan>) -> Pos {
        let start = span.and_then(|span| span.line_column(&self.executable.sources));
        start.map_or_else(Pos::default, |start| Pos {
            line: start.line,
            column: start.column,
        })
    }
}

/// Rejects a text that is too long, before anything is done with it.
///
/// # Errors
///
/// `DOCUMENT_TOO_LARGE`.
pub(crate) fn check_length(text: &str, limits: &Limits) -> Result<(), Vec<ServerError>> {
    if text.len() > limits.bytes {
        return Err(vec![too_large("bytes", limits.bytes).into_error(None)]);
    }
    Ok(())
}

/// Scans, parses, measures and validates a document whose length was checked.
///
/// # Errors
///
/// `DOCUMENT_TOO_LARGE`, `GRAPHQL_PARSE_FAILED`, or all validation errors.
pub(crate) fn prepare(
    text: &str,
    limits: &Limits,
    schema: &Valid<Schema>,
    types: &'static [TypeDefinition],
) -> Result<Document, Vec<ServerError>> {
    let request_error = |error: ResolverError| vec![error.into_error(None)];
    let text = scan::scan(text, limits).map_err(|error| vec![error])?;
    let parsed = Parser::new().parse_ast(text, "");
    let parsed = parsed.map_err(|parsed| diagnostic::syntax_errors(&parsed.errors))?;
    measure::check(&parsed, limits).map_err(request_error)?;
    let document = parsed.to_executable_validate(schema);
    let document = document.map_err(|invalid| diagnostic::validation_errors(&invalid.errors))?;
    let document = Document::new(document);
    let errors = rules::check(&document, schema, types);
    if errors.is_empty() {
        Ok(document)
    } else {
        Err(errors)
    }
}

fn too_large(what: &str, limit: usize) -> ResolverError {
    ResolverError::new(
        "DOCUMENT_TOO_LARGE",
        format!("the document has more than {limit} {what}"),
    )
}

#[cfg(test)]
mod tests {
    use super::{Limits, check_length};

    #[test]
    fn documents_with_too_many_bytes_are_rejected() {
        let is_accepted = |bytes| check_length(&"a".repeat(bytes), &Limits::default()).is_ok();
        assert!(is_accepted(64 * 1024));
        assert!(!is_accepted(64 * 1024 + 1));
    }
}
