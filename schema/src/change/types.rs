//! Compares types: their existence, kind, members and interfaces.

use apollo_compiler::{
    Name,
    collections::IndexSet,
    coordinate::TypeCoordinate,
    schema::{ComponentName, ExtendedType, InputObjectType, ObjectType, UnionType},
};

use super::{Comparison, Kind, inputs::FIELDS};

impl Comparison<'_> {
    pub(super) fn types(&mut self) {
        let (old, new) = (self.old, self.new);
        for (name, before) in &old.types {
            if let Some(now) = new.types.get(name) {
                self.definition(&at(name), before, now);
                continue;
            }
            let message = if before.is_built_in() {
                "Nothing refers to this standard scalar any more, so the schema no longer has it: generated code that names it breaks."
            } else {
                "The type was removed: fragments and variables of it are refused."
            };
            self.report(Kind::TypeRemoved, at(name), message);
        }
        for now in new.types.values().filter_map(ExtendedType::as_object) {
            if !old.types.contains_key(&now.name) {
                self.new_implementer(now);
            }
        }
    }

    fn definition(&mut self, at: &TypeCoordinate, old: &ExtendedType, new: &ExtendedType) {
        match (old, new) {
            (ExtendedType::Scalar(_), ExtendedType::Scalar(_)) => {}
            (ExtendedType::Enum(old), ExtendedType::Enum(new)) => self.values(at, old, new),
            (ExtendedType::Union(old), ExtendedType::Union(new)) => self.members(at, old, new),
            (ExtendedType::InputObject(old), ExtendedType::InputObject(new)) => {
                self.one_of(at, old, new);
                self.inputs(&FIELDS, old.fields.values(), new.fields.values(), |field| {
                    at.with_attribute(field).into()
                });
            }
            (ExtendedType::Object(old), ExtendedType::Object(new)) => {
                self.fields(at, &old.fields, &new.fields);
                self.interfaces(at, &old.implements_interfaces, &new.implements_interfaces);
            }
            (ExtendedType::Interface(old), ExtendedType::Interface(new)) => {
                self.fields(at, &old.fields, &new.fields);
                self.interfaces(at, &old.implements_interfaces, &new.implements_interfaces);
            }
            (old, new) => self.report(
                Kind::TypeChangedKind,
                at.clone(),
                format!(
                    "It was {} and is {} now: operations that use it are refused, or clients cannot read the answers.",
                    kind_name(old),
                    kind_name(new)
                ),
            ),
        }
    }

    fn members(&mut self, at: &TypeCoordinate, old: &UnionType, new: &UnionType) {
        for member in old.members.difference(&new.members) {
            self.report(
                Kind::TypeRemovedFromUnion,
                at.clone(),
                format!("`{member}` is no longer a member: fragments on it are refused there."),
            );
        }
        for member in new.members.difference(&old.members) {
            self.report(
                Kind::TypeAddedToUnion,
                at.clone(),
                format!(
                    "`{member}` is a member now: clients that handle each member meet one that they do not know."
                ),
            );
        }
    }

    fn one_of(&mut self, at: &TypeCoordinate, old: &InputObjectType, new: &InputObjectType) {
        if new.directives.has("oneOf") && !old.directives.has("oneOf") {
            self.report(
                Kind::InputObjectBecameOneOf,
                at.clone(),
                "Exactly one of its fields must be sent now: operations that send several, or none, are refused.",
            );
        }
    }

    fn interfaces(
        &mut self,
        at: &TypeCoordinate,
        old: &IndexSet<ComponentName>,
        new: &IndexSet<ComponentName>,
    ) {
        for interface in old.difference(new) {
            self.report(
                Kind::ImplementedInterfaceRemoved,
                at.clone(),
                format!(
                    "It no longer implements `{interface}`: fragments of the one within the other are refused."
                ),
            );
        }
        for interface in new.difference(old) {
            self.report(
                Kind::ImplementedInterfaceAdded,
                at.clone(),
                format!(
                    "It implements `{interface}` now: clients that handle each type of `{interface}` meet one that they do not know."
                ),
            );
        }
    }

    /// Reports the interfaces that a new type implements.
    fn new_implementer(&mut self, new: &ObjectType) {
        for interface in &new.implements_interfaces {
            if self.old.get_interface(interface).is_some() {
                self.report(
                    Kind::TypeAddedToInterface,
                    at(interface),
                    format!(
                        "The new type `{}` implements it: clients that handle each type of `{interface}` meet one that they do not know.",
                        new.name
                    ),
                );
            }
        }
    }
}

fn at(name: &Name) -> TypeCoordinate {
    TypeCoordinate { ty: name.clone() }
}

fn kind_name(definition: &ExtendedType) -> &'static str {
    match definition {
        ExtendedType::Scalar(_) => "a scalar",
        ExtendedType::Object(_) => "an object type",
        ExtendedType::Interface(_) => "an interface",
        ExtendedType::Union(_) => "a union",
        ExtendedType::Enum(_) => "an enum",
        ExtendedType::InputObject(_) => "an input object",
    }
}
