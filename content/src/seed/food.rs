//! Foods with their nutrition, from which the nutrition of recipes is computed. They have no table.

use std::collections::{BTreeSet, HashMap};

use coach_domain::{
    enums::{Allergen, Diet},
    nutrition::Nutrition,
};
use serde::Deserialize;

/// The file `content/foods.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// The source of the numbers; for readers of the file.
    #[serde(rename = "source")]
    _source: String,
    foods: Vec<Food>,
}

/// A food, as bought.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Food {
    pub(super) slug: String,
    /// The name in recipes.
    pub(super) name: String,
    /// The name in the cited table; for readers of the file.
    #[serde(rename = "description")]
    _description: String,
    /// Its number in the cited table, if that was verified.
    #[serde(rename = "fdcId")]
    _fdc_id: Option<u32>,
    per100g: Composition,
    pub(super) allergens: BTreeSet<Allergen>,
    /// The strictest diet that allows it.
    pub(super) diet: Diet,
}

/// The nutrition of 100 g of the edible part.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Composition {
    #[serde(rename = "energyKcal")]
    energy: f64,
    #[serde(rename = "proteinG")]
    protein: f64,
    /// Carbohydrate "by difference" as in the cited table, which includes fibre.
    #[serde(rename = "carbohydrateG")]
    carbohydrate: f64,
    #[serde(rename = "fatG")]
    fat: f64,
    #[serde(rename = "fibreG")]
    fibre: f64,
}

/// All foods by slug.
pub(super) fn foods() -> serde_json::Result<HashMap<String, Food>> {
    let file: File = serde_json::from_str(include_str!("../../data/foods.json"))?;
    let foods = file.foods.into_iter();
    Ok(foods.map(|food| (food.slug.clone(), food)).collect())
}

/// The nutrition of one serving, of `servings` that are made from these foods and grams. Carbohydrate is given without
/// fibre, unlike in the cited table.
pub(super) fn nutrition<'a>(
    parts: impl IntoIterator<Item = (&'a Food, i32)>,
    servings: i32,
) -> Nutrition {
    let mut energy = 0.0;
    let mut sum = Nutrition::default();
    for (food, grams) in parts {
        let share = f64::from(grams) / 100.0 / f64::from(servings);
        let of = &food.per100g;
        energy += of.energy * share;
        sum.protein_grams += of.protein * share;
        sum.carbohydrate_grams += (of.carbohydrate - of.fibre).max(0.0) * share;
        sum.fat_grams += of.fat * share;
        sum.fibre_grams += of.fibre * share;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a serving has some hundred kilocalories, and the cast saturates"
    )]
    let energy_kcal = energy.round() as i32;
    Nutrition { energy_kcal, ..sum }.rounded()
}

#[cfg(test)]
mod tests {
    use super::{foods, nutrition};
    use coach_domain::nutrition::Nutrition;

    #[test]
    fn a_serving_provides_its_share_of_the_ingredients() {
        let foods = foods().expect("the file can be read");
        let part = |slug: &str, grams| (&foods[slug], grams);
        let porridge = nutrition(
            [part("rolled-oats", 100), part("semi-skimmed-milk", 400)],
            2,
        );
        assert_eq!(
            porridge,
            Nutrition {
                energy_kcal: 290,
                protein_grams: 13.2,
                carbohydrate_grams: 38.4,
                fat_grams: 7.2,
                fibre_grams: 5.1,
            }
        );
    }
}
