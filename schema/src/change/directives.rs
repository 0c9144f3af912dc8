//! Compares directive definitions.

use apollo_compiler::{ast::DirectiveDefinition, coordinate::DirectiveCoordinate};

use super::{Comparison, Kind, inputs::DIRECTIVE_ARGUMENTS};

impl Comparison<'_> {
    pub(super) fn directives(&mut self) {
        let (old, new) = (self.old, self.new);
        for (name, before) in &old.directive_definitions {
            let at = DirectiveCoordinate::from(name.clone());
            match new.directive_definitions.get(name) {
                Some(now) => self.directive(&at, before, now),
                None => self.report(
                    Kind::DirectiveRemoved,
                    at,
                    "The directive was removed: documents that apply it are refused.",
                ),
            }
        }
    }

    fn directive(
        &mut self,
        at: &DirectiveCoordinate,
        old: &DirectiveDefinition,
        new: &DirectiveDefinition,
    ) {
        let (arguments, new_arguments) = (old.arguments.iter(), new.arguments.iter());
        self.inputs(&DIRECTIVE_ARGUMENTS, arguments, new_arguments, |argument| {
            at.with_argument(argument).into()
        });
        if old.repeatable && !new.repeatable {
            self.report(
                Kind::DirectiveRepeatableRemoved,
                at.clone(),
                "It is no longer repeatable: documents that apply it several times at one place are refused.",
            );
        }
        for location in &old.locations {
            if !new.locations.contains(location) {
                self.report(
                    Kind::DirectiveLocationRemoved,
                    at.clone(),
                    format!(
                        "It may no longer stand at {location}: documents where it does are refused."
                    ),
                );
            }
        }
    }
}
