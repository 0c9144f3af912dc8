//! Documents: what is too large is refused before it is parsed, the rest is
//! parsed and validated by apollo-compiler, and then by the few rules of the
//! specification that it lacks. Everything here depends on the text and the
//! schema alone, so a document is prepared once and kept.

mod diagnostic;
mod measure;
mod rules;
mod scan;

use apollo_compiler::{
    ExecutableDocument, Node, Schema,
    executable::{FragmentMap, Operation},
    parser::{Parser, SourceSpan},
    validation::Valid,
};
use async_graphql::{Pos, ServerError};

use crate::{Fault, definition::TypeDefinition};

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

/// A valid document.
pub struct Document(Valid<ExecutableDocument>);

impl Document {
    /// The operation that runs: the one of that name, or the only one.
    ///
    /// # Errors
    ///
    /// `GRAPHQL_VALIDATION_FAILED` when there is none, or when there are
    /// several and no name (specification 6.1, `GetOperation`).
    pub fn operation(&self, name: Option<&str>) -> Result<&Node<Operation>, ServerError> {
        self.0.operations.get(name).map_err(|_| {
            let message = match name {
                Some(name) => format!("the document has no operation named {name:?}"),
                None => {
                    "the document has several operations: `operationName` must say which is to run"
                        .to_owned()
                }
            };
            Fault::new("GRAPHQL_VALIDATION_FAILED", message).into_error(None)
        })
    }

    pub(crate) fn fragments(&self) -> &FragmentMap {
        &self.0.fragments
    }

    pub(crate) fn executable(&self) -> &Valid<ExecutableDocument> {
        &self.0
    }

    /// Where something stands in the text.
    pub(crate) fn position(&self, place: Option<SourceSpan>) -> Pos {
        let place = place.and_then(|place| place.line_column(&self.0.sources));
        place.map_or_else(Pos::default, |place| Pos {
            line: place.line,
            column: place.column,
        })
    }
}

/// Scans, parses, measures and validates a document.
///
/// # Errors
///
/// `DOCUMENT_TOO_LARGE`, `GRAPHQL_PARSE_FAILED`, or all that validation finds.
pub(crate) fn prepare(
    text: &str,
    limits: &Limits,
    schema: &Valid<Schema>,
    types: &'static [TypeDefinition],
) -> Result<Document, Vec<ServerError>> {
    let refused = |fault: Fault| vec![fault.into_error(None)];
    let text = scan::scan(text, limits).map_err(|error| vec![error])?;
    let parsed = Parser::new().parse_ast(text, "");
    let parsed = parsed.map_err(|parsed| diagnostic::syntax_errors(&parsed.errors))?;
    measure::check(&parsed, limits).map_err(refused)?;
    let document = parsed.to_executable_validate(schema);
    let document = document.map_err(|invalid| diagnostic::validation_errors(&invalid.errors))?;
    let document = Document(document);
    let errors = rules::check(&document, schema, types);
    if errors.is_empty() {
        Ok(document)
    } else {
        Err(errors)
    }
}

fn too_large(what: &str, limit: usize) -> Fault {
    Fault::new(
        "DOCUMENT_TOO_LARGE",
        format!("the document has more than {limit} {what}"),
    )
}
