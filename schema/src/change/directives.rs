//! Compares directive definitions.

use apollo_compiler::{
    ast::{DirectiveDefinition, InputValueDefinition},
    coordinate::{DirectiveArgumentCoordinate, DirectiveCoordinate},
};

use super::{
    Comparison, Kind, defaults,
    inputs::{Input, find},
};

impl Comparison<'_> {
    pub(super) fn directives(&mut self) {
        let (old, new) = (self.old, self.new);
        for (name, before) in &old.directive_definitions {
            match new.directive_definitions.get(name) {
                Some(now) => self.directive(before, now),
                None => self.report(
                    Kind::DirectiveRemoved,
                    at(before),
                    "The directive was removed: documents that apply it are refused.",
                ),
            }
        }
    }

    fn directive(&mut self, old: &DirectiveDefinition, new: &DirectiveDefinition) {
        self.directive_arguments(old, new);
        if old.repeatable && !new.repeatable {
            self.report(
                Kind::DirectiveRepeatableRemoved,
                at(old),
                "It is no longer repeatable: documents that apply it several times at one place are refused.",
            );
        }
        for location in &old.locations {
            if !new.locations.contains(location) {
                self.report(
                    Kind::DirectiveLocationRemoved,
                    at(old),
                    format!(
                        "It may no longer stand at {location}: documents where it does are refused."
                    ),
                );
            }
        }
    }

    fn directive_arguments(&mut self, old: &DirectiveDefinition, new: &DirectiveDefinition) {
        let argument_at = |argument: &InputValueDefinition| DirectiveArgumentCoordinate {
            directive: old.name.clone(),
            argument: argument.name.clone(),
        };
        for before in &old.arguments {
            match find(&new.arguments, &before.name) {
                Some(now) => self.input(Input::Argument, argument_at(before), before, now),
                None => self.report(
                    Kind::DirectiveArgRemoved,
                    argument_at(before),
                    "The argument was removed: documents that give it are refused.",
                ),
            }
        }
        for now in &new.arguments {
            if defaults::is_required(self.new, now) && find(&old.arguments, &now.name).is_none() {
                self.report(
                    Kind::RequiredDirectiveArgAdded,
                    argument_at(now),
                    format!(
                        "The required argument of type `{}` was added: documents that do not give it are refused.",
                        now.ty
                    ),
                );
            }
        }
    }
}

fn at(directive: &DirectiveDefinition) -> DirectiveCoordinate {
    DirectiveCoordinate {
        directive: directive.name.clone(),
    }
}
