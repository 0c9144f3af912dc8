//! apollo-compiler's diagnostics as errors of a response.

use apollo_compiler::validation::DiagnosticList;
use async_graphql::{Pos, ServerError};

use crate::Fault;

/// Validation can find more mistakes than anyone reads.
const MAX_ERRORS: usize = 20;
/// In characters: messages repeat what the document says.
const MAX_MESSAGE_LENGTH: usize = 300;

/// The first mistake; what a parser finds behind it mostly follows from it.
pub(super) fn syntax_errors(diagnostics: &DiagnosticList) -> Vec<ServerError> {
    let mut errors = errors(diagnostics, "GRAPHQL_PARSE_FAILED", |message| {
        let message = message.strip_prefix("syntax error: ").unwrap_or(message);
        format!("the document is not GraphQL: {}", punctuated(message))
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
    word: impl Fn(&str) -> String,
) -> Vec<ServerError> {
    let mut told = Vec::<ServerError>::new();
    for diagnostic in diagnostics.iter() {
        let message = diagnostic.error.to_string();
        let place = diagnostic.line_column_range();
        let position = place.map(|place| Pos {
            line: place.start.line,
            column: place.start.column,
        });
        let error = Fault::new(code, shortened(word(&message))).into_error(position);
        if !told.iter().any(|other| same_mistake(other, &error)) {
            told.push(error);
        }
    }
    // A required argument that is null is not missing besides.
    let null = |error: &ServerError| error.message.ends_with("found null");
    if told.iter().any(null) {
        told.retain(|error| !error.message.starts_with("the required argument"));
    }
    told.truncate(MAX_ERRORS);
    told
}

/// The same mistake can be met on several ways through the document, and two
/// fields that conflict do so in more than one way.
fn same_mistake(one: &ServerError, other: &ServerError) -> bool {
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

/// The parser names tokens as its grammar does, in capitals.
fn punctuated(message: &str) -> String {
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
