//! The directives that carry bindings and policy. One that is not read here has
//! no implementation, and a schema that defines it does not build.

use apollo_compiler::{
    Node,
    ast::{Directive, Value},
};

use crate::contract::USER_ERRORS;

/// The directive that clients get to know, to check forms by it.
pub(crate) const CONSTRAINT: &str = "constraint";

/// The private directives: left out of the exported schema.
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

/// Built in as the specification has it, but not in apollo-compiler.
pub(crate) const BUILT_IN: &str = "oneOf";

/// The arguments of one applied directive.
#[derive(Clone, Copy)]
pub(crate) struct Applied<'a>(&'a Directive);

impl<'a> Applied<'a> {
    /// The directive `name`, where it is applied.
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

    pub(crate) fn is_given(self, name: &str) -> bool {
        self.argument(name).is_some()
    }

    pub(crate) fn text(self, name: &str) -> Option<&'a str> {
        match self.argument(name)? {
            Value::String(text) => Some(text),
            Value::Enum(name) => Some(name),
            _ => None,
        }
    }

    /// The role that `@auth` asks for.
    pub(crate) fn role(self) -> &'a str {
        self.text("requires").unwrap_or("MEMBER")
    }

    pub(crate) fn integer<T: std::str::FromStr>(self, name: &str) -> Option<T> {
        match self.argument(name)? {
            Value::Int(number) => number.as_str().parse().ok(),
            _ => None,
        }
    }

    /// A list of texts or enum values; one text stands for a list of it.
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
