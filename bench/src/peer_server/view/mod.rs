//! The JSON of Today, with the fields that `schema/operations/Today.graphql` selects.

mod meal;
mod workout;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use coach_domain::{
    cycle::{Cycle, CycleProgress},
    day::Day,
    enums::Goal,
    id::OpaqueId as _,
    image, nutrition,
    subscription::Access,
};
use serde::Serialize;

use self::{meal::PlannedMeal, workout::ScheduledWorkout};
use super::today::Today;

/// The response body.
#[derive(Serialize)]
pub(super) struct Body<'a> {
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    me: Option<Me<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Me<'a> {
    id: String,
    display_name: &'a str,
    access: Access,
    plan: Option<Plan<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Plan<'a> {
    id: String,
    goal: Goal,
    current_cycle: Option<CurrentCycle<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CurrentCycle<'a> {
    id: String,
    number: i32,
    progress: Progress,
    check_in_due: bool,
    check_in_opens_on: NaiveDate,
    today: Option<DayView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Progress {
    workouts_completed: i32,
    workouts_planned: i32,
    meals_logged: i32,
    days_elapsed: i32,
    percent: i32,
}

#[derive(Serialize)]
struct DayView<'a> {
    id: String,
    number: i32,
    date: NaiveDate,
    nutrition: Option<Nutrition>,
    workouts: Vec<ScheduledWorkout<'a>>,
    meals: Vec<PlannedMeal<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Nutrition {
    energy_kcal: i32,
    protein_grams: f64,
    carbohydrate_grams: f64,
    fat_grams: f64,
    fibre_grams: f64,
}

#[derive(Serialize)]
struct Image<'a> {
    url: &'a str,
    width: i32,
    height: i32,
    blurhash: &'a str,
}

impl<'a> Body<'a> {
    /// Of what was loaded.
    pub(super) fn of(today: &'a Today) -> Self {
        let plan = today.plan.as_ref().map(|plan| Plan {
            id: plan.id.encode(),
            goal: plan.goal,
            current_cycle: today
                .cycle
                .as_ref()
                .map(|(cycle, progress)| CurrentCycle::of(cycle, progress, today)),
        });
        let me = today.profile.as_ref().map(|profile| Me {
            id: profile.id.encode(),
            display_name: &profile.display_name,
            access: profile.access,
            plan,
        });
        Self { data: Data { me } }
    }
}

impl<'a> CurrentCycle<'a> {
    fn of(cycle: &Cycle, progress: &CycleProgress, today: &'a Today) -> Self {
        Self {
            id: cycle.id.encode(),
            number: cycle.number,
            progress: Progress {
                workouts_completed: progress.workouts_completed,
                workouts_planned: progress.workouts_planned,
                meals_logged: progress.meals_logged,
                days_elapsed: progress.days_elapsed,
                percent: progress.percent,
            },
            check_in_due: cycle.check_in_due,
            check_in_opens_on: cycle.check_in_opens_on,
            today: today.day.as_ref().map(|day| DayView::of(day, today)),
        }
    }
}

impl<'a> DayView<'a> {
    fn of(day: &'a Day, today: &Today) -> Self {
        let kept = |meal| PlannedMeal::of(meal, &today.favourites);
        Self {
            id: day.id.encode(),
            number: day.number,
            date: day.date,
            nutrition: day.nutrition.as_ref().map(Nutrition::of),
            workouts: day.workouts.iter().map(ScheduledWorkout::of).collect(),
            meals: day.meals.iter().map(kept).collect(),
        }
    }
}

impl Nutrition {
    fn of(of: &nutrition::Nutrition) -> Self {
        Self {
            energy_kcal: of.energy_kcal,
            protein_grams: of.protein_grams,
            carbohydrate_grams: of.carbohydrate_grams,
            fat_grams: of.fat_grams,
            fibre_grams: of.fibre_grams,
        }
    }
}

impl<'a> Image<'a> {
    fn of(image: &'a image::Image) -> Self {
        Self {
            url: image.url.as_str(),
            width: image.width,
            height: image.height,
            blurhash: &image.blurhash,
        }
    }
}

/// A moment as the API writes it, to the second.
pub(super) fn timestamp(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}
