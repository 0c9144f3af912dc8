//! The data of a cycle's attachments. The member's name is not part of it, since files are passed on.

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use coach_domain::{
    Error, Result,
    catalogue::Catalogue,
    cycle::{self, Cycle},
    database::Fetch,
    day::{self, Day},
    enums::{Goal, MealSlot},
    id::CycleId,
    plan, preferences,
    shopping::{self, ShoppingItem, ShoppingList},
};
use uuid::Uuid;

/// The number of days in a week.
const WEEK: usize = 7;

/// A cycle with its days and shopping lists.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanAttachment {
    /// The id of the cycle's row, from which the ids of calendar events are derived.
    pub cycle: Uuid,
    /// The number of the cycle within the plan, from 1.
    pub cycle_number: i32,
    /// The goal of the plan.
    pub goal: Goal,
    /// The date of day 1.
    pub starts_on: NaiveDate,
    /// The time zone of the member's days.
    pub time_zone: Tz,
    /// The days, in chronological order.
    pub days: Vec<PlanDay>,
    /// A shopping list for each week.
    pub shopping: Vec<ShoppingList>,
}

/// A day of a [`PlanAttachment`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanDay {
    /// The number of the day within the cycle: 1 to 28.
    pub number: i32,
    /// The date.
    pub date: NaiveDate,
    /// The workouts, in their order within the day.
    pub workouts: Vec<PlanWorkout>,
    /// The meals, in their order within the day.
    pub meals: Vec<PlanMeal>,
}

/// A workout of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanWorkout {
    /// The title.
    pub title: String,
    /// The duration in minutes.
    pub minutes: i32,
}

/// A meal of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanMeal {
    /// The slot.
    pub slot: MealSlot,
    /// The title of the recipe.
    pub title: String,
    /// The number of servings.
    pub servings: i32,
}

impl PlanAttachment {
    /// Loads a cycle as it is now, with the member's changes; `None` when it does not exist any more. Executes four
    /// statements.
    ///
    /// # Errors
    ///
    /// Errors of the database, and [`Error::Invariant`] when the catalogue lacks the cycle's programme.
    pub async fn load(
        db: &impl Fetch,
        catalogue: &Catalogue,
        id: CycleId,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>> {
        let Some(cycle) = cycle::find(db, &[id], now).await?.pop() else {
            return Ok(None);
        };
        let Some(plan) = plan::find(db, &[cycle.plan_id]).await?.pop() else {
            return Ok(None);
        };
        let history = preferences::history(db, &[id.member]).await?;
        let history = history.get(&id.member).map_or(&[][..], Vec::as_slice);
        let log = day::log(db, &[id]).await?.remove(&id).unwrap_or_default();
        let version = (cycle.programme, cycle.programme_version);
        let programme = catalogue.programmes.get(&version).ok_or_else(|| {
            Error::Invariant(format!("the programme {version:?} of a cycle is not there"))
        })?;
        let days = day::plan(&cycle, 1..=cycle::DAYS, programme, catalogue, history, &log);
        Ok(Some(Self::of(&cycle, plan.goal, &days)))
    }

    /// A cycle with all its days, as [`day::plan`] computes them.
    pub fn of(cycle: &Cycle, goal: Goal, days: &[Day]) -> Self {
        let weeks = days.chunks(WEEK);
        let shopping = weeks.filter_map(|week| {
            let from = week.first()?.date;
            let to = from.checked_add_days(Days::new(WEEK as u64 - 1))?;
            Some(shopping::list(week, from, to))
        });
        Self {
            cycle: cycle.id.id,
            cycle_number: cycle.number,
            goal,
            starts_on: cycle.starts_on,
            time_zone: cycle.time_zone,
            days: days.iter().map(PlanDay::of).collect(),
            shopping: shopping.collect(),
        }
    }

    /// All texts of the catalogue.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let days = self.days.iter().flat_map(|day| {
            let workouts = day.workouts.iter().map(|workout| &workout.title);
            workouts.chain(day.meals.iter().map(|meal| &meal.title))
        });
        let items = self.shopping.iter().flat_map(|list| &list.items);
        let items = items.flat_map(|item| [&item.name].into_iter().chain(&item.quantities));
        days.chain(items).map(String::as_str)
    }

    /// The days of each week, with the items of its shopping list.
    pub(in crate::mail) fn weeks(&self) -> impl Iterator<Item = (&[PlanDay], &[ShoppingItem])> {
        let weeks = self.days.chunks(WEEK).enumerate();
        weeks.map(|(index, days)| {
            let list = self.shopping.get(index);
            (days, list.map_or(&[][..], |list| &list.items))
        })
    }
}

impl PlanDay {
    fn of(day: &Day) -> Self {
        let workouts = day.workouts.iter().map(|scheduled| PlanWorkout {
            title: scheduled.workout.title.clone(),
            minutes: scheduled.workout.duration_minutes,
        });
        let meals = day.meals.iter().map(|meal| PlanMeal {
            slot: meal.slot,
            title: meal.recipe.title.clone(),
            servings: meal.servings,
        });
        Self {
            number: day.number,
            date: day.date,
            workouts: workouts.collect(),
            meals: meals.collect(),
        }
    }
}
