//! The answers of a check-in. Each is defined once, in the list [`answers!`] below; the structs, the columns and the
//! validation follow from it.

use std::ops::RangeInclusive;

use sea_orm::DbErr;
use serde::Serialize;

use crate::{
    command::{Patch, UserError, UserErrorReason},
    database::{Columns, FromRow, RowReader},
};

/// Body weight in grams: from the lightest adults to the heaviest, so that typing errors lie outside.
const WEIGHT: RangeInclusive<i32> = 20_000..=400_000;

/// Circumferences in millimetres.
const GIRTH: RangeInclusive<i32> = 300..=3_000;

/// Points.
const POINTS: RangeInclusive<i32> = 1..=5;

/// Text, whose length the contract limits.
const TEXT: RangeInclusive<i32> = i32::MIN..=i32::MAX;

/// Whether an answer is health data, which is stored by consent. Energy and sleep are not, since the choice of the next
/// programme depends on them.
const HEALTH: bool = true;
const NOT_HEALTH: bool = false;

/// Defines the answers: for each the column, its type, the name in the GraphQL schema, whether it is health data, and the
/// plausible values.
macro_rules! answers {
    ($($(#[$doc:meta])* $column:ident: $type:ty, $name:literal, $health:expr, $range:expr;)+) => {
        /// The answers of a check-in; `None` where there is none.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
        pub struct CheckInAnswers {
            $($(#[$doc])* pub $column: $type,)+
        }

        /// A correction of answers. Absent ones stay as they are.
        #[derive(Clone, Debug, Serialize)]
        pub struct CheckInPatch {
            $($(#[$doc])* pub $column: Patch<<$type as Answer>::Value>,)+
        }

        impl FromRow for CheckInAnswers {
            fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
                Ok(Self { $($column: row.read()?),+ })
            }
        }

        impl CheckInAnswers {
            /// The names of the columns of the table `check_in`.
            pub(crate) const COLUMNS: &[&str] = &[$(stringify!($column)),+];

            /// The columns with their values.
            pub fn columns(&self) -> Columns {
                vec![$((stringify!($column), self.$column.clone().into())),+]
            }

            /// The columns with health data.
            pub(crate) fn health_columns() -> impl Iterator<Item = &'static str> {
                let columns = [$((stringify!($column), $health)),+];
                columns.into_iter().filter_map(|(column, health)| health.then_some(column))
            }

            /// The names of the answers that are health data.
            pub(crate) fn health_arguments(&self) -> impl Iterator<Item = &'static str> {
                let given = [$(($name, $health && self.$column.is_given())),+];
                given.into_iter().filter_map(|(name, health)| health.then_some(name))
            }

            /// Rejects implausible values.
            ///
            /// # Errors
            ///
            /// `OUT_OF_RANGE` for the first value outside its range.
            pub(crate) fn validate(&self) -> Result<(), UserError> {
                $(validate($name, self.$column.number(), $range)?;)+
                Ok(())
            }
        }

        impl CheckInPatch {
            /// The names of the answers that it has.
            pub(crate) fn present(&self) -> impl Iterator<Item = &'static str> {
                let fields = [$(($name, self.$column.is_present())),+];
                fields.into_iter().filter_map(|(name, present)| present.then_some(name))
            }

            /// Only the answers whose names fulfil the condition.
            #[must_use]
            pub(crate) fn only(&self, condition: impl Fn(&str) -> bool) -> Self {
                Self { $($column: self.$column.only_if(condition($name)),)+ }
            }

            /// The answers after the correction.
            ///
            /// # Errors
            ///
            /// `REQUIRED` for an answer that cannot be removed.
            pub(crate) fn apply(&self, before: CheckInAnswers) -> Result<CheckInAnswers, UserError> {
                Ok(CheckInAnswers {
                    $($column: before.$column.corrected(&self.$column, $name)?,)+
                })
            }
        }
    };
}

answers! {
    /// Body weight in grams.
    weight_grams: Option<i32>, "weightGrams", HEALTH, WEIGHT;
    /// Waist circumference in millimetres.
    waist_millimetres: Option<i32>, "waistMillimetres", HEALTH, GIRTH;
    /// Hip circumference in millimetres.
    hips_millimetres: Option<i32>, "hipsMillimetres", HEALTH, GIRTH;
    /// Chest circumference in millimetres.
    chest_millimetres: Option<i32>, "chestMillimetres", HEALTH, GIRTH;
    /// Energy, from 1 to 5 points.
    energy: i32, "energy", NOT_HEALTH, POINTS;
    /// Quality of sleep, from 1 to 5 points.
    sleep: i32, "sleep", NOT_HEALTH, POINTS;
    /// Free text, at most 2,000 characters.
    notes: Option<String>, "notes", HEALTH, TEXT;
}

/// A type of answers.
pub trait Answer: Sized {
    /// What a correction contains.
    type Value: Clone;

    /// Whether there is an answer.
    fn is_given(&self) -> bool;

    /// The answer as a number.
    fn number(&self) -> Option<i32>;

    /// The answer after a correction. `name` is for the error's path.
    fn corrected(self, patch: &Patch<Self::Value>, name: &str) -> Result<Self, UserError>;
}

impl Answer for i32 {
    type Value = Self;

    fn is_given(&self) -> bool {
        true
    }

    fn number(&self) -> Option<i32> {
        Some(*self)
    }

    fn corrected(self, patch: &Patch<i32>, name: &str) -> Result<Self, UserError> {
        patch.apply_required(self, name)
    }
}

impl Answer for Option<i32> {
    type Value = i32;

    fn is_given(&self) -> bool {
        self.is_some()
    }

    fn number(&self) -> Option<i32> {
        *self
    }

    fn corrected(self, patch: &Patch<i32>, _: &str) -> Result<Self, UserError> {
        Ok(patch.apply(self))
    }
}

impl Answer for Option<String> {
    type Value = String;

    fn is_given(&self) -> bool {
        self.is_some()
    }

    fn number(&self) -> Option<i32> {
        None
    }

    fn corrected(self, patch: &Patch<String>, _: &str) -> Result<Self, UserError> {
        Ok(patch.apply(self))
    }
}

fn validate(name: &str, value: Option<i32>, range: RangeInclusive<i32>) -> Result<(), UserError> {
    if value.is_none_or(|value| range.contains(&value)) {
        return Ok(());
    }
    let ((min, max), field) = (range.into_inner(), name.to_owned());
    let reason = UserErrorReason::Implausible { field, min, max };
    Err(UserError::new(reason, name))
}

impl CheckInAnswers {
    /// Normalizes the notes for storage: `None` for blank text.
    ///
    /// # Errors
    ///
    /// `INVALID` for control characters other than line breaks and tabs.
    pub(crate) fn normalized(mut self) -> Result<Self, UserError> {
        self.notes = self.notes.filter(|notes| !notes.trim().is_empty());
        let is_forbidden = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        match &self.notes {
            Some(notes) if notes.contains(is_forbidden) => {
                let reason = UserErrorReason::NotesWithControlCharacters;
                Err(UserError::new(reason, "notes"))
            }
            _ => Ok(self),
        }
    }
}
