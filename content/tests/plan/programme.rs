//! Programmes.

use super::*;

#[test]
fn the_content_has_a_programme_for_every_combination_of_preferences() {
    let catalogue = seed::catalogue().expect("the content can be read");
    let mut exclusions: Vec<_> = Allergen::iter().map(|allergen| vec![allergen]).collect();
    exclusions.push(Allergen::iter().collect());
    for goal in Goal::iter() {
        for level in Level::iter() {
            for diet in Diet::iter() {
                for days in 2..=6 {
                    for allergens in &exclusions {
                        let wanted = Preferences {
                            goal,
                            level,
                            days_per_week: days,
                            allergens: allergens.clone(),
                            ..preferences(1, diet, &[])
                        };
                        let it = progression::choose(&catalogue, &wanted)
                            .expect("one fits")
                            .programme;
                        assert_eq!(
                            (it.goal, it.level, it.diet, it.days_per_week),
                            (goal, level, diet, days)
                        );
                    }
                }
            }
        }
    }
}
