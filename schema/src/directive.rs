//! The directives for bindings and policies. The generator rejects a schema that
//! defines any other directive.

use apollo_compiler::ast::{Directive, Value};

use crate::contract::USER_ERRORS;

/// The only public directive: clients can validate forms with it.
pub(crate) const CONSTRAINT: &str = "constraint";

/// The private directives, which are not exported.
pub(crate) const PRIVATE: [&str; 10] = [
    "model",
    "scalar",
    "batch",
    "lookahead",
    "auth",
    "errors",
    "cost",
    "listSize",
    "cacheControl",
    USER_ERRORS,
];

/// A built-in directive of the specification that apollo-compiler does not define.
pub(crate) const BUILT_IN: &str = "oneOf";

/// One application of a directive, with its arguments.
#[derive(Clone, Copy)]
pub(crate) struct Applied<'a>(&'a Directive);

impl<'a> Applied<'a> {
    /// Finds the directive `name`.
    pub(crate) fn find<D: AsRef<Directive> + 'a>(
        directives: impl IntoIterator<Item = &'a D>,
        name: &str,
    ) -> Option<Self> {
        let mut directives = directives.into_iter().map(D::as_ref);
        directives
            .find(|directive| directive.name == name)
            .map(Self)
    }

    pub(crate) fn argument(self, name: &str) -> Option<&'a Value> {
        self.0.specified_argument_by_name(name).map(AsRef::as_ref)
    }

    /// A string or enum value.
    pub(crate) fn text(self, name: &str) -> Option<String> {
        text(self.argument(name)?)
    }

    /// The role that `@auth` requires.
    pub(crate) fn role(self) -> String {
        self.text("requires").unwrap_or_else(|| "MEMBER".to_owned())
    }

    pub(crate) fn integer<T: std::str::FromStr>(self, name: &str) -> Option<T> {
        match self.argument(name)? {
            Value::Int(number) => number.as_str().parse().ok(),
            _ => None,
        }
    }

    /// A list of strings or enum values; a single one is a list of one item.
    pub(crate) fn texts(self, name: &str) -> Vec<String> {
        match self.argument(name) {
            Some(Value::List(items)) => items.iter().filter_map(|item| text(item)).collect(),
            value => value.and_then(text).into_iter().collect(),
        }
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Enum(name) => Some(name.to_string()),
        _ => None,
    }
}
