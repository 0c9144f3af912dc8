//! Compares inputs that both versions have: arguments and fields of input
//! objects.

use apollo_compiler::{Node, ast::InputValueDefinition, coordinate::SchemaCoordinate};

use super::{Comparison, Kind, defaults, references};

/// The kind of an input.
#[derive(Clone, Copy)]
pub(super) enum Input {
    /// An argument of a field or of a directive.
    Argument,
    /// A field of an input object.
    Field,
}

impl Input {
    fn noun(self) -> &'static str {
        match self {
            Self::Argument => "argument",
            Self::Field => "field",
        }
    }

    fn type_changed(self) -> Kind {
        match self {
            Self::Argument => Kind::ArgChangedKind,
            Self::Field => Kind::FieldChangedKind,
        }
    }

    fn default_changed(self) -> Kind {
        match self {
            Self::Argument => Kind::ArgDefaultValueChange,
            Self::Field => Kind::InputFieldDefaultValueChange,
        }
    }

    fn became_required(self) -> Kind {
        match self {
            Self::Argument => Kind::ArgBecameRequired,
            Self::Field => Kind::InputFieldBecameRequired,
        }
    }
}

/// The argument with this name.
pub(super) fn find<'a>(
    arguments: &'a [Node<InputValueDefinition>],
    name: &str,
) -> Option<&'a InputValueDefinition> {
    let found = arguments.iter().find(|argument| argument.name == name);
    found.map(|argument| &**argument)
}

impl Comparison<'_> {
    /// Compares type, limits and default. A new default is not reported: it only
    /// documents what happened before without it.
    pub(super) fn input(
        &mut self,
        input: Input,
        coordinate: impl Into<SchemaCoordinate>,
        old: &InputValueDefinition,
        new: &InputValueDefinition,
    ) {
        let (coordinate, noun) = (coordinate.into(), input.noun());
        if !references::sendable(&old.ty, &new.ty) {
            self.report(
                input.type_changed(),
                coordinate,
                format!(
                    "The type changed from `{}` to `{}`: operations that send what was right before are refused.",
                    old.ty, new.ty
                ),
            );
            return;
        }
        self.limits(&coordinate, old, new);
        let Some(before) = defaults::canonical(self.old, old) else {
            return;
        };
        let before_text = before.serialize().no_indent();
        match defaults::canonical(self.new, new) {
            Some(now) if now == before => {}
            Some(now) => self.report(
                input.default_changed(),
                coordinate,
                format!(
                    "The default changed from `{before_text}` to `{}`: operations that leave the {noun} out mean something else now.",
                    now.serialize().no_indent()
                ),
            ),
            None => {
                if defaults::is_required(self.new, new) {
                    self.report(
                        input.became_required(),
                        coordinate.clone(),
                        format!(
                            "Its default `{before_text}` was removed and it cannot be null: operations that leave the {noun} out are refused."
                        ),
                    );
                }
                self.report(
                    input.default_changed(),
                    coordinate,
                    format!(
                        "The default `{before_text}` was removed: operations that leave the {noun} out no longer mean that."
                    ),
                );
            }
        }
    }
}
