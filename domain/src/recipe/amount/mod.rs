//! Amounts of ingredients.

mod unit;

pub use unit::{MeasuringUnit, UnitFamily};

use serde::Deserialize;

/// The amount of an ingredient for the whole recipe.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct IngredientAmount {
    /// The lower bound, more than 0; rounded to four decimals.
    pub minimum: f64,
    /// The upper bound; equal to the minimum unless a range is given.
    pub maximum: f64,
    /// The unit; `None` for a number of pieces.
    pub unit: Option<MeasuringUnit>,
}

impl IngredientAmount {
    /// Returns `None` when the bounds, the lower first, are no valid amount.
    pub fn new((min, max): (f64, f64), unit: Option<MeasuringUnit>) -> Option<Self> {
        let decimals = |value: f64| (value * 1e4).round() / 1e4;
        let (minimum, maximum) = (decimals(min), decimals(max));
        let possible = minimum > 0.0 && minimum <= maximum && maximum < 1e9;
        possible.then_some(Self {
            minimum,
            maximum,
            unit,
        })
    }

    /// Whether a weight given beside the amount can only be the total weight; beside several cans it may be the weight
    /// of each.
    pub fn is_total(self) -> bool {
        self.maximum <= 1.0 || !self.unit.is_some_and(MeasuringUnit::is_container)
    }

    /// The amount in whole grams; `None` unless it is a single weight of at least half a gram.
    pub fn grams(self) -> Option<i32> {
        let grams = self.minimum * self.unit?.grams()?;
        let one = self.minimum >= self.maximum && (0.5..1e9).contains(&grams);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "just checked, and the cast saturates"
        )]
        one.then_some(grams.round() as i32)
    }
}
