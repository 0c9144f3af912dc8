//! Compares the fields of output types.

use apollo_compiler::{
    Name,
    collections::IndexMap,
    coordinate::TypeCoordinate,
    schema::{Component, FieldDefinition},
};

use super::{Comparison, Kind, inputs::ARGUMENTS, references};

type Fields = IndexMap<Name, Component<FieldDefinition>>;

impl Comparison<'_> {
    /// Compares the fields of an object or interface. New fields do not affect clients.
    pub(super) fn fields(&mut self, at: &TypeCoordinate, old: &Fields, new: &Fields) {
        for (name, before) in old {
            let at = at.with_attribute(name.clone());
            let Some(now) = new.get(name) else {
                self.report(
                    Kind::FieldRemoved,
                    at,
                    "The field was removed: operations that select it are refused.",
                );
                continue;
            };
            let (arguments, new_arguments) = (before.arguments.iter(), now.arguments.iter());
            self.inputs(&ARGUMENTS, arguments, new_arguments, |argument| {
                at.with_argument(argument).into()
            });
            if !references::readable(&before.ty, &now.ty) {
                self.report(
                    Kind::FieldChangedKind,
                    at,
                    format!(
                        "The type changed from `{}` to `{}`: clients that select it cannot read the answer.",
                        before.ty, now.ty
                    ),
                );
            }
        }
    }
}
