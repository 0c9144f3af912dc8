//! How much of an ingredient: amounts as data, read from what cooks write.

mod measure;
mod number;
mod quantity;
mod unit;
mod words;

pub(crate) use number::{range, strip_words};
pub(crate) use quantity::{Quantity, counted, leading, whole};
pub use unit::MeasuringUnit;
pub(crate) use words::after_about;

/// How much of an ingredient the whole recipe takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IngredientAmount {
    /// The least, more than 0; rounded to four decimals.
    pub minimum: f64,
    /// The most; as the minimum, unless a range is given.
    pub maximum: f64,
    /// `None` when it is counted in pieces.
    pub unit: Option<MeasuringUnit>,
}

impl IngredientAmount {
    /// `None` for bounds that are no amount.
    fn new((least, most): (f64, f64), unit: Option<MeasuringUnit>) -> Option<Self> {
        let decimals = |value: f64| (value * 1e4).round() / 1e4;
        let (minimum, maximum) = (decimals(least), decimals(most));
        let possible = minimum > 0.0 && minimum <= maximum && maximum < 1e9;
        possible.then_some(Self {
            minimum,
            maximum,
            unit,
        })
    }

    /// The amount that a quantity begins with, such as `1 1/2 tbsp`; `None` when
    /// it says none that can be measured.
    pub fn read(quantity: &str) -> Option<Self> {
        leading(quantity)?.amount
    }

    /// Whether a weight that is given beside it can only be that of all of it: of
    /// several cans it may be that of each.
    pub(crate) fn is_total(self) -> bool {
        self.maximum <= 1.0 || !self.unit.is_some_and(MeasuringUnit::is_container)
    }

    /// Full grams; `None` unless it is one weight of half a gram at least.
    pub(crate) fn grams(self) -> Option<i32> {
        let grams = self.minimum * self.unit?.grams()?;
        let one = self.minimum >= self.maximum && (0.5..1e9).contains(&grams);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "just checked, and the cast saturates"
        )]
        one.then_some(grams.round() as i32)
    }
}
