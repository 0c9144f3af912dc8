//! The directives for bindings and policies. The generator rejects a schema that
//! defines any other directive.

use apollo_compiler::{
    Node,
    ast::{Directive, Value},
};

use crate::contract::USER_ERRORS;

/// The only public directive: clients can validate forms with it.
pub(crate) const CONSTRAINT: &str = "constraint";

/// The private directives, which are not exported.
pub(crate) const PRIVATE: [&str; 9] = [
    "model",
    "scalar",
    "batch",
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
    pub(crate) fn find(
        directives: impl IntoIterator<Item = &'a Node<Directive>>,
        name: &str,
    ) -> Option<Self> {
        let mut directives = directives.into_iter();
        directives
            .find(|directive| directive.name == name)
            .map(|directive| Self(directive))
    }

    pub(crate) fn argument(self, name: &str) -> Option<&'a Value> {
        self.0.specified_argument_by_name(name).map(AsRef::as_ref)
    }

    pub(crate) fn has_argument(self, name: &str) -> bool {
        self.argument(name).is_some()
    }

    /// A string or enum value.
    pub(crate) fn text(self, name: &str) -> Option<&'a str> {
        match self.argument(name)? {
            Value::String(text) => Some(text),
            Value::Enum(name) => Some(name),
            _ => None,
        }
    }

    /// The role that `@auth` requires.
    pub(crate) fn role(self) -> &'a str {
        self.text("requires").unwrap_or("MEMBER")
    }

    pub(crate) fn integer<T: std::str::FromStr>(self, name: &str) -> Option<T> {
        match self.argument(name)? {
            Value::Int(number) => number.as_str().parse().ok(),
            _ => None,
        }
    }

    /// A list of strings or enum values; a single string is a list of one item.
    pub(crate) fn texts(self, name: &str) -> Vec<&'a str> {
        match self.argument(name) {
            Some(Value::String(text)) => vec![text],
            Some(Value::List(items)) => {
                let items = items.iter().map(AsRef::as_ref);
                let texts = items.filter_map(|item| match item {
                    Value::String(text) => Some(text.as_str()),
                    Value::Enum(name) => Some(name.as_str()),
                    _ => None,
                });
                texts.collect()
            }
            _ => Vec::new(),
        }
    }
}
