//! What is refused before async-graphql sees it. Its parser overflows the stack
//! on nested values, and it expands fragments without memoising before its own
//! limits run, so a few hundred bytes could keep or end the process. Both
//! checks here are linear in the size of the document.

mod measure;
mod scan;

use async_graphql::{
    ServerError,
    parser::{parse_query, types::ExecutableDocument},
};

use crate::Fault;

/// How large a document may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of text.
    pub bytes: usize,
    /// Lexical tokens.
    pub tokens: usize,
    /// Brackets of any kind within each other.
    pub nesting: usize,
    /// Fields within each other, leaves included.
    pub depth: usize,
    /// The same below `__schema` and `__type`.
    pub introspection_depth: usize,
    /// What introspection may come to, in items of the lists that it walks.
    pub introspection_cost: usize,
    /// Lists of introspection that lead on to other types, within each other.
    pub introspection_lists: usize,
    /// Fields, each fragment counted as often as it is spread.
    pub selections: usize,
    /// Operations; one of them runs, and all are validated.
    pub operations: usize,
    /// Fragment definitions.
    pub fragments: usize,
    /// Aliases.
    pub aliases: usize,
    /// Directives.
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

/// Parses a document, unless it is too large in one of these ways. The error
/// has a place where there is one.
pub fn parse(text: &str, limits: &Limits) -> Result<ExecutableDocument, ServerError> {
    scan::scan(text, limits).map_err(|fault| fault.into_error(None))?;
    let document = parse_query(text).map_err(|error| {
        let position = error.positions().next();
        let text = error.to_string();
        // The parser draws the place in several lines; what it says is last.
        let message = text.rsplit("= ").next().unwrap_or(&text).trim();
        let message = format!("the document is not GraphQL: {message}");
        Fault::new("GRAPHQL_PARSE_FAILED", message).into_error(position)
    })?;
    measure::check(&document, limits).map_err(|fault| fault.into_error(None))?;
    Ok(document)
}

fn too_large(what: &str, limit: usize) -> Fault {
    Fault::new(
        "DOCUMENT_TOO_LARGE",
        format!("the document has more than {limit} {what}"),
    )
}
