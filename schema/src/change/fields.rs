//! Compares the fields of output types and of input objects.

use apollo_compiler::{
    Name,
    collections::IndexMap,
    coordinate::TypeAttributeCoordinate,
    schema::{Component, FieldDefinition, InputValueDefinition},
};

use super::{Comparison, Kind, defaults, inputs::Input, references};

type Fields<T> = IndexMap<Name, Component<T>>;

impl Comparison<'_> {
    /// Compares the fields of an object or interface. New fields do not affect clients.
    pub(super) fn fields(
        &mut self,
        ty: &Name,
        old: &Fields<FieldDefinition>,
        new: &Fields<FieldDefinition>,
    ) {
        for (name, before) in old {
            let Some(now) = new.get(name) else {
                self.report(
                    Kind::FieldRemoved,
                    at(ty, name),
                    "The field was removed: operations that select it are refused.",
                );
                continue;
            };
            self.arguments(ty, name, &before.arguments, &now.arguments);
            if !references::readable(&before.ty, &now.ty) {
                self.report(
                    Kind::FieldChangedKind,
                    at(ty, name),
                    format!(
                        "The type changed from `{}` to `{}`: clients that select it cannot read the answer.",
                        before.ty, now.ty
                    ),
                );
            }
        }
    }

    pub(super) fn input_fields(
        &mut self,
        ty: &Name,
        old: &Fields<InputValueDefinition>,
        new: &Fields<InputValueDefinition>,
    ) {
        for (name, before) in old {
            match new.get(name) {
                Some(now) => self.input(Input::Field, at(ty, name), before, now),
                None => self.report(
                    Kind::FieldRemoved,
                    at(ty, name),
                    "The field was removed: operations that send it are refused.",
                ),
            }
        }
        for (name, now) in new {
            if old.contains_key(name) {
                continue;
            }
            if defaults::is_required(self.new, now) {
                self.report(
                    Kind::RequiredInputFieldAdded,
                    at(ty, name),
                    format!(
                        "The required field of type `{}` was added: operations that do not send it are refused.",
                        now.ty
                    ),
                );
            } else {
                self.report(
                    Kind::OptionalInputFieldAdded,
                    at(ty, name),
                    format!(
                        "The optional field of type `{}` was added: what happens without it may differ from before.",
                        now.ty
                    ),
                );
            }
        }
    }
}

fn at(ty: &Name, field: &Name) -> TypeAttributeCoordinate {
    TypeAttributeCoordinate {
        ty: ty.clone(),
        attribute: field.clone(),
    }
}
