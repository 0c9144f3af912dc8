//! What food provides.

/// Energy and macronutrients: of one serving, or of a day together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Nutrition {
    /// Kilocalories.
    pub energy_kcal: i32,
    /// Grams.
    pub protein_grams: f64,
    /// Grams, without fibre where the source says so.
    pub carbohydrate_grams: f64,
    /// Grams.
    pub fat_grams: f64,
    /// Grams.
    pub fibre_grams: f64,
}
