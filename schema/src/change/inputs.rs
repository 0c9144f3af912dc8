//! Compares inputs: arguments of fields and of directives, and fields of input
//! objects.

use apollo_compiler::{Name, ast::InputValueDefinition, coordinate::SchemaCoordinate};

use super::{Comparison, Kind, defaults, references};

/// A place for inputs: the kinds of changes there, and what is particular in their
/// messages.
pub(super) struct Place {
    noun: &'static str,
    /// What contains the input, and what that does with it.
    sender: (&'static str, &'static str),
    removed: Kind,
    required_added: Kind,
    /// With what may differ where a new input is not sent.
    optional_added: Option<(Kind, &'static str)>,
    type_changed: Kind,
    default_changed: Kind,
    became_required: Kind,
}

/// The fields of an input object.
pub(super) const FIELDS: Place = Place {
    noun: "field",
    sender: ("operations", "send"),
    removed: Kind::FieldRemoved,
    required_added: Kind::RequiredInputFieldAdded,
    optional_added: Some((Kind::OptionalInputFieldAdded, "happens")),
    type_changed: Kind::FieldChangedKind,
    default_changed: Kind::InputFieldDefaultValueChange,
    became_required: Kind::InputFieldBecameRequired,
};

/// The arguments of a field.
pub(super) const ARGUMENTS: Place = Place {
    noun: "argument",
    sender: ("operations", "send"),
    removed: Kind::ArgRemoved,
    required_added: Kind::RequiredArgAdded,
    optional_added: Some((Kind::OptionalArgAdded, "the field answers")),
    type_changed: Kind::ArgChangedKind,
    default_changed: Kind::ArgDefaultValueChange,
    became_required: Kind::ArgBecameRequired,
};

/// The arguments of a directive.
pub(super) const DIRECTIVE_ARGUMENTS: Place = Place {
    sender: ("documents", "give"),
    removed: Kind::DirectiveArgRemoved,
    required_added: Kind::RequiredDirectiveArgAdded,
    optional_added: None,
    ..ARGUMENTS
};

impl Comparison<'_> {
    /// Compares all inputs of one place; `at` makes the coordinate of each.
    pub(super) fn inputs<'i, T: AsRef<InputValueDefinition> + 'i>(
        &mut self,
        place: &Place,
        old: impl Iterator<Item = &'i T> + Clone,
        new: impl Iterator<Item = &'i T> + Clone,
        at: impl Fn(Name) -> SchemaCoordinate,
    ) {
        let (noun, (documents, send)) = (place.noun, place.sender);
        let (old, new) = (old.map(T::as_ref), new.map(T::as_ref));
        for before in old.clone() {
            let coordinate = at(before.name.clone());
            match new.clone().find(|now| now.name == before.name) {
                Some(now) => self.input(place, coordinate, before, now),
                None => self.report(
                    place.removed,
                    coordinate,
                    format!("The {noun} was removed: {documents} that {send} it are refused."),
                ),
            }
        }
        for now in new {
            let (coordinate, ty) = (at(now.name.clone()), &now.ty);
            if old.clone().any(|before| before.name == now.name) {
                continue;
            }
            if defaults::is_required(self.new, now) {
                self.report(
                    place.required_added,
                    coordinate,
                    format!(
                        "The required {noun} of type `{ty}` was added: {documents} that do not {send} it are refused."
                    ),
                );
            } else if let Some((kind, outcome)) = place.optional_added {
                self.report(
                    kind,
                    coordinate,
                    format!(
                        "The optional {noun} of type `{ty}` was added: what {outcome} without it may differ from before."
                    ),
                );
            }
        }
    }

    /// Compares type, limits and default. A new default is not reported: it only
    /// documents what happened before without it.
    fn input(
        &mut self,
        place: &Place,
        coordinate: SchemaCoordinate,
        old: &InputValueDefinition,
        new: &InputValueDefinition,
    ) {
        let noun = place.noun;
        if !references::sendable(&old.ty, &new.ty) {
            self.report(
                place.type_changed,
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
                place.default_changed,
                coordinate,
                format!(
                    "The default changed from `{before_text}` to `{}`: operations that leave the {noun} out mean something else now.",
                    now.serialize().no_indent()
                ),
            ),
            None => {
                if defaults::is_required(self.new, new) {
                    self.report(
                        place.became_required,
                        coordinate.clone(),
                        format!(
                            "Its default `{before_text}` was removed and it cannot be null: operations that leave the {noun} out are refused."
                        ),
                    );
                }
                self.report(
                    place.default_changed,
                    coordinate,
                    format!(
                        "The default `{before_text}` was removed: operations that leave the {noun} out no longer mean that."
                    ),
                );
            }
        }
    }
}
