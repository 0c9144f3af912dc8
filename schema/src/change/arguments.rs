//! Compares the arguments of fields.

use apollo_compiler::{Name, Node, ast::InputValueDefinition, coordinate::FieldArgumentCoordinate};

use super::{
    Comparison, Kind, defaults,
    inputs::{Input, find},
};

impl Comparison<'_> {
    pub(super) fn arguments(
        &mut self,
        ty: &Name,
        field: &Name,
        old: &[Node<InputValueDefinition>],
        new: &[Node<InputValueDefinition>],
    ) {
        let at = |argument: &InputValueDefinition| FieldArgumentCoordinate {
            ty: ty.clone(),
            field: field.clone(),
            argument: argument.name.clone(),
        };
        for before in old {
            match find(new, &before.name) {
                Some(now) => self.input(Input::Argument, at(before), before, now),
                None => self.report(
                    Kind::ArgRemoved,
                    at(before),
                    "The argument was removed: operations that send it are refused.",
                ),
            }
        }
        for now in new {
            if find(old, &now.name).is_some() {
                continue;
            }
            if defaults::is_required(self.new, now) {
                self.report(
                    Kind::RequiredArgAdded,
                    at(now),
                    format!(
                        "The required argument of type `{}` was added: operations that do not send it are refused.",
                        now.ty
                    ),
                );
            } else {
                self.report(
                    Kind::OptionalArgAdded,
                    at(now),
                    format!(
                        "The optional argument of type `{}` was added: what the field answers without it may differ from before.",
                        now.ty
                    ),
                );
            }
        }
    }
}
