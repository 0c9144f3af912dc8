//! Amounts of ingredients, parsed from quantities as recipes write them.

mod measure;
mod number;
mod quantity;
mod words;

use coach_domain::recipe::IngredientAmount;

pub(crate) use number::{range, strip_any, strip_words};
pub(crate) use quantity::{Quantity, counted, leading, whole};
pub(crate) use words::after_about;

/// Parses the amount at the beginning of a quantity such as `1 1/2 tbsp`; `None` when it has none that can be measured.
pub(crate) fn parse(quantity: &str) -> Option<IngredientAmount> {
    leading(quantity)?.amount
}
