//! Validation of the answers of a check-in.

use std::ops::RangeInclusive;

use super::CheckIn;
use crate::command::{UserError, UserErrorReason};

/// Body weight in grams: from the lightest adults to the heaviest, so that typing errors lie outside.
const WEIGHT: RangeInclusive<i32> = 20_000..=400_000;

/// Circumferences in millimetres.
const GIRTH: RangeInclusive<i32> = 300..=3_000;

/// Points.
const POINTS: RangeInclusive<i32> = 1..=5;

/// Rejects implausible values.
///
/// # Errors
///
/// `OUT_OF_RANGE` for the first value outside its range.
pub(super) fn validate(check_in: &CheckIn) -> Result<(), UserError> {
    for (argument, value, range) in [
        ("weightGrams", check_in.weight_grams, WEIGHT),
        ("waistMillimetres", check_in.waist_millimetres, GIRTH),
        ("hipsMillimetres", check_in.hips_millimetres, GIRTH),
        ("chestMillimetres", check_in.chest_millimetres, GIRTH),
        ("energy", Some(check_in.energy), POINTS),
        ("sleep", Some(check_in.sleep), POINTS),
    ] {
        if value.is_some_and(|value| !range.contains(&value)) {
            let (min, max) = range.into_inner();
            let field = argument.to_owned();
            let reason = UserErrorReason::Implausible { field, min, max };
            return Err(UserError::new(reason, argument));
        }
    }
    Ok(())
}

/// The arguments whose values are health data: measures and notes, but not energy and sleep, which the choice of the
/// next programme depends on.
pub(super) fn health_arguments(check_in: &CheckIn) -> impl Iterator<Item = &'static str> {
    let arguments = [
        ("weightGrams", check_in.weight_grams.is_some()),
        ("waistMillimetres", check_in.waist_millimetres.is_some()),
        ("hipsMillimetres", check_in.hips_millimetres.is_some()),
        ("chestMillimetres", check_in.chest_millimetres.is_some()),
        ("notes", check_in.notes.is_some()),
    ];
    let present = arguments.into_iter().filter(|(_, is_present)| *is_present);
    present.map(|(argument, _)| argument)
}

/// Normalizes notes for storage: `None` for blank text.
///
/// # Errors
///
/// `INVALID` for control characters other than line breaks and tabs.
pub(super) fn notes(input: Option<String>) -> Result<Option<String>, UserError> {
    let notes = input.filter(|notes| !notes.trim().is_empty());
    let is_forbidden = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if notes
        .as_deref()
        .is_some_and(|notes| notes.contains(is_forbidden))
    {
        return Err(UserError::new(
            UserErrorReason::NotesWithControlCharacters,
            "notes",
        ));
    }
    Ok(notes)
}
