//! Diet and allergens.

use std::collections::HashSet;

use super::*;

/// Every programme, for every diet, with no allergen, each single one and all of them.
#[test]
fn no_excluded_recipe_ever_shows_and_no_slot_goes_without() {
    let catalogue = seed::catalogue().expect("the content can be read");
    let log = DayLog::default();
    let mut exclusions: Vec<_> = Allergen::iter().map(|allergen| vec![allergen]).collect();
    exclusions.push(Vec::new());
    exclusions.push(Allergen::iter().collect());
    for programme in catalogue.programmes.values() {
        let cycle = cycle(programme);
        for diet in Diet::iter() {
            for excluded in &exclusions {
                let history = [preferences(1, diet, excluded)];
                let days = plan(&cycle, 1..=28, programme, &catalogue, &history, &log);
                assert_eq!(days.len(), 28);
                for (day, planned) in days.iter().zip(&programme.content.days) {
                    let slots = day.meals.iter().map(|meal| meal.slot);
                    assert!(slots.eq(planned.meals.iter().map(|meal| meal.slot)));
                    for meal in &day.meals {
                        assert!(meal.recipe.suits(diet, excluded), "{}", meal.recipe.title);
                        assert!(meal.recipe.slots.contains(&meal.slot));
                    }
                    let different: HashSet<_> = day.meals.iter().map(|it| it.recipe.id).collect();
                    assert_eq!(different.len(), day.meals.len(), "something comes twice");
                    assert!(day.nutrition.is_some());
                }
            }
        }
    }
}

#[test]
fn the_same_input_gives_the_same_days() {
    let setting = Setting::new();
    let history = [preferences(1, Diet::Vegan, &[Allergen::Soy])];
    let days = setting.days(&history, &DayLog::default());
    let again = Setting::new().days(&history, &DayLog::default());
    assert_eq!(shown(&days), shown(&again));

    let mut other = Setting::new();
    other.cycle.seed += 1;
    let other = other.days(&history, &DayLog::default());
    assert_ne!(shown(&days), shown(&other), "the seed has no effect");
}

#[test]
fn a_day_alone_is_the_day_among_others() {
    let setting = Setting::new();
    let history = [preferences(1, Diet::Vegan, &[Allergen::Nuts])];
    let days = setting.days(&history, &DayLog::default());
    let Setting {
        catalogue,
        programme,
        cycle,
    } = &setting;
    let log = DayLog::default();
    let one = plan(cycle, [17], programme, catalogue, &history, &log);
    assert_eq!(shown(&one)[0], shown(&days)[16]);
    assert!(plan(cycle, [0, 29, 255], programme, catalogue, &history, &log).is_empty());
}

#[test]
fn preferences_change_days_from_their_date_on_only() {
    let setting = Setting::new();
    let log = DayLog::default();
    let old = preferences(1, Diet::Omnivore, &[]);
    let new = preferences(15, Diet::Vegan, &[Allergen::Gluten]);
    let before = shown(&setting.days(std::slice::from_ref(&old), &log));
    let after = shown(&setting.days(std::slice::from_ref(&new), &log));
    let changed = shown(&setting.days(&[old, new], &log));
    assert_eq!(changed[..14], before[..14]);
    assert_eq!(changed[14..], after[14..]);
    assert_ne!(before[14], after[14]);
}

/// Every programme, for members who start or stop excluding something in the middle of it.
#[test]
fn a_change_counts_from_its_date_on_in_every_programme() {
    let catalogue = seed::catalogue().expect("the content can be read");
    let log = DayLog::default();
    let all: Vec<_> = Allergen::iter().collect();
    let wishes = [
        (Diet::Omnivore, vec![]),
        (Diet::Vegan, all),
        (Diet::Pescatarian, vec![Allergen::Fish, Allergen::Gluten]),
    ];
    for programme in catalogue.programmes.values() {
        let cycle = cycle(programme);
        let days = |history: &[Preferences]| {
            shown(&plan(&cycle, 1..=28, programme, &catalogue, history, &log))
        };
        for (diet, excluded) in &wishes {
            for (later_diet, later_excluded) in &wishes {
                let old = preferences(1, *diet, excluded);
                let new = preferences(11, *later_diet, later_excluded);
                let [before, after] = [&old, &new].map(|it| days(std::slice::from_ref(it)));
                let changed = days(&[old, new]);
                assert_eq!(changed[..10], before[..10]);
                assert_eq!(changed[10..], after[10..]);
            }
        }
    }
}

#[test]
fn without_anything_that_fits_the_meal_is_left_out() {
    let mut setting = Setting::new();
    let mut programme = (*setting.programme).clone();
    programme.content.replacements.clear();
    setting.programme = Arc::new(programme);
    let all: Vec<_> = Allergen::iter().collect();
    let history = [preferences(1, Diet::Vegan, &all)];
    for day in setting.days(&history, &DayLog::default()) {
        assert!(
            day.meals
                .iter()
                .all(|meal| meal.recipe.suits(Diet::Vegan, &all))
        );
        assert!(day.meals.len() < 5);
        assert_eq!(day.nutrition.is_none(), day.meals.is_empty());
    }
    // Without preferences, no recipe is known to be safe.
    let days = setting.days(&[], &DayLog::default());
    assert!(days.iter().all(|day| day.meals.is_empty()));
}

#[test]
fn what_lacks_allergens_or_nutrition_or_is_archived_is_never_planned() {
    let setting = Setting::new();
    let history = [preferences(1, Diet::Omnivore, &[])];
    let planned = setting.days(&history, &DayLog::default());
    let spoilt = dinner(&planned, 1).recipe.id;
    let ways: [fn(&mut Recipe); 3] = [
        |recipe| recipe.allergens = None,
        |recipe| recipe.nutrition = None,
        |recipe| recipe.archived = true,
    ];
    for spoil in ways {
        let mut setting = Setting::new();
        let recipe = setting
            .catalogue
            .recipes
            .get_mut(&spoilt)
            .expect("it is planned");
        spoil(Arc::make_mut(recipe));
        let days = setting.days(&history, &DayLog::default());
        let meals = || days.iter().flat_map(|day| &day.meals);
        assert!(meals().all(|meal| meal.recipe.id != spoilt));
        assert_eq!(meals().count(), 28 * 5, "it is replaced");
        let unchanged = planned.iter().zip(&days).skip(1).all(|(was, is)| {
            let pairs = was.meals.iter().zip(&is.meals);
            pairs
                .into_iter()
                .all(|(was, is)| was.recipe.id == spoilt || was.recipe.id == is.recipe.id)
        });
        assert!(unchanged, "only its own places change");
    }
}

#[test]
fn alternatives_fit_and_the_closest_comes_first() {
    let setting = Setting::new();
    let wishes = preferences(1, Diet::Vegetarian, &[Allergen::Nuts]);
    let days = setting.days(std::slice::from_ref(&wishes), &DayLog::default());
    let meal = dinner(&days, 3);
    let found = alternatives(meal, &setting.catalogue, &wishes);
    assert!(found.len() >= 10);
    for recipe in &found {
        assert!(recipe.suits(Diet::Vegetarian, &[Allergen::Nuts]) && recipe.plannable());
        assert!(recipe.slots.contains(&MealSlot::Dinner) && recipe.id != meal.recipe.id);
    }
    let own = meal.recipe.nutrition.expect("planned meals have it");
    let distances = found
        .iter()
        .map(|it| own.distance(it.nutrition.expect("so have these")));
    assert!(distances.is_sorted());
}
