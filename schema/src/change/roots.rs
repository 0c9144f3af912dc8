//! Compares the root types of operations.

use apollo_compiler::{ast::OperationType, coordinate::TypeCoordinate};

use super::{Comparison, Kind};

impl Comparison<'_> {
    pub(super) fn roots(&mut self) {
        for (operations, operation) in [
            ("queries", OperationType::Query),
            ("mutations", OperationType::Mutation),
            ("subscriptions", OperationType::Subscription),
        ] {
            let Some(old) = self.old.root_operation(operation) else {
                continue;
            };
            let coordinate = TypeCoordinate { ty: old.clone() };
            match self.new.root_operation(operation) {
                None => self.report(
                    Kind::RootTypeRemoved,
                    coordinate,
                    format!("There are no {operations} any more: all of them are refused."),
                ),
                Some(new) if new != old => self.report(
                    Kind::RootTypeChanged,
                    coordinate,
                    format!(
                        "The root of {operations} is `{new}` now: operations that select what it lacks, and fragments on `{old}`, are refused."
                    ),
                ),
                Some(_) => {}
            }
        }
    }
}
