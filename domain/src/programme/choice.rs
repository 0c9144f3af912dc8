//! Which programme fits a member.

use std::{cmp::Reverse, collections::HashMap, sync::Arc};

use super::Programme;
use crate::{
    catalogue::Catalogue,
    id::ProgrammeId,
    preferences::{Diet, Goal, Level},
};

/// The programme that fits best, in its latest version; `None` where none fits.
///
/// It must be for the goal, at most as demanding as `level`, and serve only what
/// the diet allows. Of those the hardest comes first, then the nearest number of
/// training days (of two equally near the smaller), then the diet that allows
/// most, then the smallest id.
pub fn choose(
    catalogue: &Catalogue,
    goal: Goal,
    level: Level,
    diet: Diet,
    days_per_week: i32,
) -> Option<Arc<Programme>> {
    let mut latest: HashMap<ProgrammeId, &Arc<Programme>> = HashMap::new();
    for programme in catalogue.programmes.values() {
        let newest = latest.entry(programme.id).or_insert(programme);
        if newest.version < programme.version {
            *newest = programme;
        }
    }
    latest
        .into_values()
        // Diets are ordered from the widest: what comes later only leaves out.
        .filter(|it| it.goal == goal && it.level <= level && it.diet >= diet)
        .min_by_key(|it| {
            let distance = it.days_per_week.abs_diff(days_per_week);
            (
                Reverse(it.level),
                distance,
                it.days_per_week,
                it.diet,
                it.id,
            )
        })
        .map(Arc::clone)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use uuid::Uuid;

    use super::choose;
    use crate::{
        catalogue::Catalogue,
        id::ProgrammeId,
        preferences::{Diet, Goal, Level},
        programme::{Programme, ProgrammeContent},
    };

    fn programme(id: u128, version: i32, level: Level, diet: Diet, days: i32) -> Programme {
        Programme {
            id: ProgrammeId(Uuid::from_u128(id)),
            version,
            goal: Goal::LoseWeight,
            level,
            diet,
            days_per_week: days,
            content: ProgrammeContent::default(),
        }
    }

    fn catalogue(programmes: impl IntoIterator<Item = Programme>) -> Catalogue {
        let keyed = programmes
            .into_iter()
            .map(|it| ((it.id, it.version), Arc::new(it)));
        Catalogue {
            programmes: keyed.collect(),
            ..Catalogue::default()
        }
    }

    #[test]
    fn the_latest_version_counts() {
        let of = |version| programme(1, version, Level::Beginner, Diet::Vegan, 3);
        let catalogue = catalogue([of(1), of(3), of(2)]);
        let found = choose(
            &catalogue,
            Goal::LoseWeight,
            Level::Beginner,
            Diet::Vegan,
            3,
        );
        assert_eq!(found.map(|it| it.version), Some(3));
    }

    #[test]
    fn a_diet_is_never_widened_nor_a_level_raised() {
        let catalogue = catalogue([
            programme(1, 1, Level::Beginner, Diet::Vegetarian, 3),
            programme(2, 1, Level::Advanced, Diet::Vegan, 3),
        ]);
        let choose = |level, diet| {
            choose(&catalogue, Goal::LoseWeight, level, diet, 3).map(|it| it.id.0.as_u128())
        };
        assert_eq!(choose(Level::Beginner, Diet::Vegan), None);
        assert_eq!(choose(Level::Advanced, Diet::Vegan), Some(2));
        assert_eq!(choose(Level::Intermediate, Diet::Omnivore), Some(1));
    }

    #[test]
    fn the_nearest_number_of_days_comes_before_the_widest_diet() {
        let catalogue = catalogue([
            programme(1, 1, Level::Beginner, Diet::Omnivore, 2),
            programme(2, 1, Level::Beginner, Diet::Vegan, 4),
            programme(3, 1, Level::Beginner, Diet::Pescatarian, 4),
        ]);
        let choose = |days| {
            let (goal, level, diet) = (Goal::LoseWeight, Level::Beginner, Diet::Omnivore);
            choose(&catalogue, goal, level, diet, days).map(|it| it.id.0.as_u128())
        };
        assert_eq!(choose(5), Some(3));
        assert_eq!(choose(3), Some(1));
        assert_eq!(choose(2), Some(1));
    }

    #[test]
    fn another_goal_never_fits() {
        let catalogue = catalogue([programme(1, 1, Level::Beginner, Diet::Vegan, 3)]);
        let found = choose(
            &catalogue,
            Goal::BuildStrength,
            Level::Beginner,
            Diet::Vegan,
            3,
        );
        assert!(found.is_none());
    }
}
