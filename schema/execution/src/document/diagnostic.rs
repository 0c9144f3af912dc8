//! Converts apollo-compiler's diagnostics to errors of a response.

use apollo_compiler::validation::DiagnosticList;
use async_graphql::{Pos, ServerError};

use crate::ResolverError;

/// The maximum number of validation errors in a response.
const MAX_ERRORS: usize = 20;
/// The maximum length of a message in characters. Messages quote the document, so they can be long.
const MAX_MESSAGE_LENGTH: usize = 300;

/// The first error only; the errors that follow are mostly consequences of it.
pub(super) fn syntax_errors(diagnostics: &DiagnosticList) -> Vec<ServerError> {
    let mut errors = errors(diagnostics, "GRAPHQL_PARSE_FAILED", |message| {
        let message = message.strip_prefix("syntax error: ").unwrap_or(message);
        format!(
            "the document is not GraphQL: {}",
            with_token_symbols(message)
        )
    });
    errors.truncate(1);
    errors
}

pub(super) fn validation_errors(diagnostics: &DiagnosticList) -> Vec<ServerError> {
    errors(diagnostics, "GRAPHQL_VALIDATION_FAILED", str::to_owned)
}

fn errors(
    diagnostics: &DiagnosticList,
    code: &'static str,
    rephrase: impl Fn(&str) -> String,
) -> Vec<ServerError> {
    let mut errors = Vec::<ServerError>::new();
    for diagnostic in diagnostics.iter() {
        let message = diagnostic.error.to_string();
        let range = diagnostic.line_column_range();
        let position = range.map(|range| Pos {
            line: range.start.line,
            column: range.start.column,
        });
        let error = ResolverError::new(code, shortened(rephrase(&message))).into_error(position);
        if !errors.iter().any(|other| is_duplicate(other, &error)) {
            errors.push(error);
        }
    }
    // A required argument that is null is reported twice: as null and as missing.
    let is_null = |error: &ServerError| error.message.ends_with("found null");
    if errors.iter().any(is_null) {
        errors.retain(|error| !error.message.starts_with("the required argument"));
    }
    errors.truncate(MAX_ERRORS);
    errors
}

/// Whether two errors report the same mistake. The validator can reach it on
/// several paths through the document, and can report a conflict of two fields
/// in several ways.
fn is_duplicate(one: &ServerError, other: &ServerError) -> bool {
    let conflict = |error: &ServerError| {
        const CONFLICTS: [&str; 3] = [
            "operation must not select different types",
            "operation must not provide conflicting field arguments",
            "cannot select different fields into the same alias",
        ];
        CONFLICTS
            .iter()
            .any(|message| error.message.starts_with(message))
    };
    one == other || (one.locations == other.locations && conflict(one) && conflict(other))
}

fn shortened(mut message: String) -> String {
    if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE_LENGTH) {
        message.truncate(end);
        message.push('…');
    }
    message
}

/// Replaces the names of tokens in the grammar of the parser, such as `L_PAREN`, by the tokens.
fn with_token_symbols(message: &str) -> String {
    const TOKENS: &[(&str, &str)] = &[
        ("L_PAREN", "\"(\""),
        ("R_PAREN", "\")\""),
        ("L_CURLY", "\"{\""),
        ("R_CURLY", "\"}\""),
        ("L_BRACK", "\"[\""),
        ("R_BRACK", "\"]\""),
        ("SPREAD", "\"...\""),
        ("DOLLAR", "\"$\""),
        ("COLON", "\":\""),
        ("BANG", "\"!\""),
        ("PIPE", "\"|\""),
        ("AMP", "\"&\""),
        ("AT", "\"@\""),
        ("EQ", "\"=\""),
        ("EOF", "the end of the document"),
        ("<EOF>", "the end of the document"),
    ];
    let mut words = message.split(' ').map(|word| {
        let (bare, rest) = word
            .find([',', '.'])
            .map_or((word, ""), |at| word.split_at(at));
        let token = TOKENS.iter().find(|(name, _)| *name == bare);
        token.map_or_else(|| word.to_owned(), |(_, shown)| format!("{shown}{rest}"))
    });
    let first = words.next().unwrap_or_default();
    words.fold(first, |text, word| format!("{text} {word}"))
}
