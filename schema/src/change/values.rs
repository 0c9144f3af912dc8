//! Compares the values of enums.

use apollo_compiler::{Name, coordinate::TypeAttributeCoordinate, schema::EnumType};

use super::{Comparison, Kind};

impl Comparison<'_> {
    pub(super) fn values(&mut self, old: &EnumType, new: &EnumType) {
        let at = |value: &Name| TypeAttributeCoordinate {
            ty: old.name.clone(),
            attribute: value.clone(),
        };
        for value in old.values.keys() {
            if !new.values.contains_key(value) {
                self.report(
                    Kind::ValueRemovedFromEnum,
                    at(value),
                    "The value was removed: operations that send it are refused.",
                );
            }
        }
        for value in new.values.keys() {
            if !old.values.contains_key(value) {
                self.report(
                    Kind::ValueAddedToEnum,
                    at(value),
                    format!(
                        "The value was added: clients that handle each value of `{}` meet one that they do not know.",
                        old.name
                    ),
                );
            }
        }
    }
}
