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
    let errors = diagnostics.iter().map(|diagnostic| {
        let place = diagnostic.line_column_range();
        let position = place.map(|place| Pos {
            line: place.start.line,
            column: place.start.column,
        });
        let message = word(&diagnostic.error.to_string());
        Fault::new(code, shortened(message)).into_error(position)
    });
    // The same mistake can be met on several ways through the document.
    let mut told = Vec::<ServerError>::new();
    for error in errors {
        if !told.contains(&error) {
            told.push(error);
        }
    }
    told.truncate(MAX_ERRORS);
    told
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
