use std::sync::Arc;

use chrono::{Days, NaiveDate};
use uuid::Uuid;

use super::{ShoppingItem, check_range, list};
use crate::{
    Error,
    day::{Day, PlannedMeal},
    enums::MealSlot,
    id::{CycleId, DayId, MemberId, PlannedMealId, RecipeId},
    recipe::{Recipe, RecipeIngredient},
};

fn date(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, day).expect("a date in March")
}

fn recipe(id: u128, servings: i32, ingredients: &[(&str, &str, Option<i32>)]) -> Arc<Recipe> {
    Arc::new(Recipe {
        id: RecipeId(Uuid::from_u128(id)),
        title: String::new(),
        summary: None,
        slots: Vec::new(),
        diets: Vec::new(),
        allergens: None,
        minutes: Some(1),
        servings: (servings > 0).then_some(servings),
        nutrition: None,
        ingredients: (ingredients.iter())
            .map(|(name, quantity, grams)| RecipeIngredient {
                name: (*name).to_owned(),
                quantity: (*quantity).to_owned(),
                amount: None,
                grams: *grams,
                note: None,
            })
            .collect(),
        steps: Vec::new(),
        image: None,
        archived: false,
    })
}

fn day(number: u8, meals: &[(&Arc<Recipe>, i32, bool)]) -> Day {
    let date = date(u32::from(number));
    let member = MemberId(Uuid::nil());
    let id = Uuid::nil();
    let id = DayId {
        cycle: CycleId { member, id },
        number,
    };
    let meal = |(recipe, servings, eaten): &(&Arc<Recipe>, i32, bool)| PlannedMeal {
        id: PlannedMealId {
            day: id,
            slot: MealSlot::Lunch,
            position: 1,
        },
        slot: MealSlot::Lunch,
        position: 1,
        recipe: Arc::clone(recipe),
        servings: *servings,
        eaten_at: eaten.then_some(chrono::DateTime::UNIX_EPOCH),
    };
    Day {
        id,
        number: i32::from(number),
        date,
        workouts: Vec::new(),
        meals: meals.iter().map(meal).collect(),
        nutrition: None,
    }
}

fn item(name: &str, grams: Option<i32>, quantities: &[&str]) -> ShoppingItem {
    ShoppingItem {
        name: name.to_owned(),
        grams,
        quantities: quantities.iter().map(|&text| text.to_owned()).collect(),
    }
}

#[test]
fn servings_add_up_before_they_are_rounded_up() {
    let soup = recipe(
        1,
        2,
        &[("lentils", "1 cup", Some(101)), ("salt", "1 pinch", None)],
    );
    let days = [day(1, &[(&soup, 1, false)]), day(2, &[(&soup, 2, false)])];
    let once = list(&days, date(1), date(1));
    assert_eq!(
        once.items,
        [
            item("lentils", Some(51), &[]),
            item("salt", None, &["1 pinch"])
        ]
    );
    let both = list(&days, date(1), date(2));
    assert_eq!(
        both.items,
        [
            item("lentils", Some(152), &[]),
            item("salt", None, &["1 pinch", "1 pinch"]),
        ]
    );
    assert_eq!((both.from, both.to), (date(1), date(2)));
}

#[test]
fn ingredients_of_all_recipes_are_one_list_by_name() {
    let soup = recipe(
        1,
        1,
        &[
            ("Olive oil", "1 tbsp", Some(14)),
            ("bread", "1 slice", None),
        ],
    );
    let salad = recipe(
        2,
        1,
        &[("rocket", "1 bag", Some(60)), ("olive oil", "a dash", None)],
    );
    let days = [day(1, &[(&soup, 1, false), (&salad, 1, false)])];
    assert_eq!(
        list(&days, date(1), date(1)).items,
        [
            item("bread", None, &["1 slice"]),
            item("Olive oil", Some(14), &["a dash"]),
            item("rocket", Some(60), &[]),
        ]
    );
}

#[test]
fn eaten_meals_and_other_days_add_nothing() {
    let soup = recipe(1, 1, &[("lentils", "1 cup", Some(100))]);
    let days = [
        day(1, &[(&soup, 1, true)]),
        day(2, &[(&soup, 1, false)]),
        day(3, &[(&soup, 1, false)]),
    ];
    let grams = |from, to| list(&days, date(from), date(to)).items.first()?.grams;
    assert_eq!(grams(1, 1), None);
    assert_eq!(grams(1, 2), Some(100));
    assert_eq!(grams(2, 3), Some(200));
    assert_eq!(grams(4, 9), None);
}

#[test]
fn unknown_servings_take_the_recipe_whole() {
    let soup = recipe(1, 0, &[("lentils", "1 cup", Some(100))]);
    let days = [day(1, &[(&soup, 2, false)])];
    let grams = list(&days, date(1), date(1)).items[0].grams;
    assert_eq!(grams, Some(200));
}

#[test]
fn a_range_reaches_at_most_14_days_ahead() {
    let from = date(1);
    assert!(check_range(from, from).is_ok());
    assert!(check_range(from, from + Days::new(14)).is_ok());
    let wrong = [
        from - Days::new(1),
        from + Days::new(15),
        NaiveDate::MIN,
        NaiveDate::MAX,
    ];
    for to in wrong {
        assert!(
            matches!(check_range(from, to), Err(Error::BadArgument("to", _))),
            "{to}"
        );
    }
}
