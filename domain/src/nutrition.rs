//! Nutrition of food.

use sea_orm::FromQueryResult;

/// Energy and macronutrients, of one serving or of a whole day.
#[derive(Clone, Copy, Debug, Default, PartialEq, FromQueryResult)]
pub struct Nutrition {
    /// Energy in kilocalories.
    pub energy_kcal: i32,
    /// Protein in grams.
    pub protein_grams: f64,
    /// Carbohydrate in grams, without fibre as far as the source distinguishes it.
    pub carbohydrate_grams: f64,
    /// Fat in grams.
    pub fat_grams: f64,
    /// Fibre in grams.
    pub fibre_grams: f64,
}

impl Nutrition {
    /// The nutrition of several servings.
    #[must_use]
    pub fn times(self, servings: i32) -> Self {
        let factor = f64::from(servings);
        Self {
            energy_kcal: self.energy_kcal.saturating_mul(servings),
            protein_grams: self.protein_grams * factor,
            carbohydrate_grams: self.carbohydrate_grams * factor,
            fat_grams: self.fat_grams * factor,
            fibre_grams: self.fibre_grams * factor,
        }
    }

    /// The same with grams rounded to a tenth, as the API returns them.
    #[must_use]
    pub fn rounded(self) -> Self {
        let tenth = |grams: f64| (grams * 10.0).round() / 10.0;
        Self {
            energy_kcal: self.energy_kcal,
            protein_grams: tenth(self.protein_grams),
            carbohydrate_grams: tenth(self.carbohydrate_grams),
            fat_grams: tenth(self.fat_grams),
            fibre_grams: tenth(self.fibre_grams),
        }
    }

    /// The distance of two in kilocalories: the difference in energy plus the energy of the differences in each
    /// macronutrient, at the usual 4 (protein, carbohydrate) and 9 (fat) kilocalories per gram. Two meals with the same
    /// energy from different sources are thus not equal.
    pub fn distance(self, other: Self) -> f64 {
        let energy = f64::from(self.energy_kcal) - f64::from(other.energy_kcal);
        let protein = self.protein_grams - other.protein_grams;
        let carbohydrate = self.carbohydrate_grams - other.carbohydrate_grams;
        let fat = self.fat_grams - other.fat_grams;
        energy.abs() + 4.0 * protein.abs() + 4.0 * carbohydrate.abs() + 9.0 * fat.abs()
    }
}

impl std::ops::Add for Nutrition {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            energy_kcal: self.energy_kcal.saturating_add(other.energy_kcal),
            protein_grams: self.protein_grams + other.protein_grams,
            carbohydrate_grams: self.carbohydrate_grams + other.carbohydrate_grams,
            fat_grams: self.fat_grams + other.fat_grams,
            fibre_grams: self.fibre_grams + other.fibre_grams,
        }
    }
}

impl std::iter::Sum for Nutrition {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), |sum, part| sum + part)
    }
}

#[cfg(test)]
mod tests {
    use super::Nutrition;

    const OATS: Nutrition = Nutrition {
        energy_kcal: 150,
        protein_grams: 5.1,
        carbohydrate_grams: 25.2,
        fat_grams: 2.5,
        fibre_grams: 4.0,
    };

    #[test]
    fn servings_multiply_and_meals_add_up() {
        let sum: Nutrition = [OATS.times(2), OATS].into_iter().sum();
        assert_eq!(sum.rounded(), OATS.times(3).rounded());
        assert_eq!(sum.rounded().energy_kcal, 450);
        assert_eq!(sum.rounded().protein_grams.to_string(), "15.3");
    }

    #[test]
    fn the_distance_weighs_each_gram_with_its_energy() {
        let fatter = Nutrition {
            fat_grams: 3.5,
            ..OATS
        };
        assert!((OATS.distance(fatter) - 9.0).abs() < 1e-9);
        assert!(OATS.distance(OATS) < 1e-9);
    }
}
