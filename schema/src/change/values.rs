//! Compares the values of enums.

use apollo_compiler::{coordinate::TypeCoordinate, schema::EnumType};

use super::{Comparison, Kind};

impl Comparison<'_> {
    pub(super) fn values(&mut self, at: &TypeCoordinate, old: &EnumType, new: &EnumType) {
        let (old, new) = (&old.values, &new.values);
        for value in old.keys().filter(|value| !new.contains_key(*value)) {
            self.report(
                Kind::ValueRemovedFromEnum,
                at.with_attribute(value.clone()),
                "The value was removed: operations that send it are refused.",
            );
        }
        for value in new.keys().filter(|value| !old.contains_key(*value)) {
            self.report(
                Kind::ValueAddedToEnum,
                at.with_attribute(value.clone()),
                format!(
                    "The value was added: clients that handle each value of `{at}` meet one that they do not know."
                ),
            );
        }
    }
}
