//! What the meals of some days need.

use chrono::NaiveDate;

/// A shopping list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShoppingList {
    /// The first date.
    pub from: NaiveDate,
    /// The last date.
    pub to: NaiveDate,
    /// By name.
    pub items: Vec<ShoppingItem>,
}

/// One thing to buy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShoppingItem {
    /// What.
    pub name: String,
    /// The weight of all of it that is known by weight.
    pub grams: Option<i32>,
    /// Amounts without a weight, as written.
    pub quantities: Vec<String>,
}
