//! What a check-in may say.

use std::ops::RangeInclusive;

use super::CheckIn;
use crate::command::{Obstacle, UserError};

/// Grams. From the lightest adults to the heaviest; a slip of the finger lies beyond.
const WEIGHT: RangeInclusive<i32> = 20_000..=400_000;

/// Millimetres.
const GIRTH: RangeInclusive<i32> = 300..=3_000;

/// Points.
const POINTS: RangeInclusive<i32> = 1..=5;

/// Refuses what cannot be.
///
/// # Errors
///
/// `OUT_OF_RANGE` for the first of the measures that is not plausible.
pub(super) fn check(said: &CheckIn) -> Result<(), UserError> {
    for (argument, value, range) in [
        ("weightGrams", said.weight_grams, WEIGHT),
        ("waistMillimetres", said.waist_millimetres, GIRTH),
        ("hipsMillimetres", said.hips_millimetres, GIRTH),
        ("chestMillimetres", said.chest_millimetres, GIRTH),
        ("energy", Some(said.energy), POINTS),
        ("sleep", Some(said.sleep), POINTS),
    ] {
        if value.is_some_and(|value| !range.contains(&value)) {
            let (min, max) = range.into_inner();
            let field = argument.to_owned();
            let obstacle = Obstacle::Implausible { field, min, max };
            return Err(UserError::new(obstacle, argument));
        }
    }
    Ok(())
}

/// The arguments with which something is said on the member's health: measures and notes, but not energy and sleep, which
/// the plan goes by.
pub(super) fn on_health(said: &CheckIn) -> impl Iterator<Item = &'static str> {
    let said = [
        ("weightGrams", said.weight_grams.is_some()),
        ("waistMillimetres", said.waist_millimetres.is_some()),
        ("hipsMillimetres", said.hips_millimetres.is_some()),
        ("chestMillimetres", said.chest_millimetres.is_some()),
        ("notes", said.notes.is_some()),
    ];
    let said = said.into_iter().filter(|(_, is_said)| *is_said);
    said.map(|(argument, _)| argument)
}

/// Notes as they are kept: nothing where there is nothing to read.
///
/// # Errors
///
/// `INVALID` for control characters other than line breaks and tabs.
pub(super) fn notes(given: Option<String>) -> Result<Option<String>, UserError> {
    let notes = given.filter(|notes| !notes.trim().is_empty());
    let is_strange = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if notes
        .as_deref()
        .is_some_and(|notes| notes.contains(is_strange))
    {
        return Err(UserError::new(Obstacle::StrangeNotes, "notes"));
    }
    Ok(notes)
}
