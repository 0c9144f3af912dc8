//! A day's mix of operations, a tenth of them changes.

use std::collections::HashMap;

use anyhow::Context as _;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use reqwest::Client;
use serde_json::{Value, json};

use super::{
    CHECK_IN_HISTORY, CYCLE_CALENDAR, Content, IDEMPOTENCY_KEY, Operation, Prepared, RECIPE_DETAIL,
    RECIPE_SEARCH, Request, SHOPPING_LIST, TODAY, WORKOUT_DETAIL, check_each, none, nth,
};
use crate::{environment::Environment, service::Service};

/// The number of concurrent requests that look up what members can change.
const MAX_CONCURRENCY: usize = 16;

/// Coprime with 100, so that equal operations are far apart.
const STEP: usize = 37;

/// A change that a member makes of what Today shows.
#[derive(Clone, Copy, Debug)]
struct Change {
    operation: Operation,
    /// The input, without the idempotency key; `None` if this member's Today does not have what it changes.
    input: fn(&Value, &Content, usize) -> Option<Value>,
}

const COMPLETE_WORKOUT: Change = Change {
    operation: Operation::new(
        "CompleteWorkout",
        none,
        "/data/completeWorkout/scheduledWorkout/id",
    ),
    input: |today, _, _| {
        Some(json!({ "scheduledWorkoutId": id(today, "workouts")?, "effort": "MODERATE" }))
    },
};

const UNDO_COMPLETE_WORKOUT: Change = Change {
    operation: Operation::new(
        "UndoCompleteWorkout",
        none,
        "/data/undoCompleteWorkout/scheduledWorkout/id",
    ),
    input: |today, _, _| Some(json!({ "scheduledWorkoutId": id(today, "workouts")? })),
};

const RECORD_MEAL: Change = Change {
    operation: Operation::new("RecordMeal", none, "/data/recordMeal/plannedMeal/id"),
    input: |today, _, _| Some(json!({ "plannedMealId": id(today, "meals")? })),
};

const UNLOG_MEAL: Change = Change {
    operation: Operation::new("UnlogMeal", none, "/data/unlogMeal/plannedMeal/id"),
    input: |today, _, _| Some(json!({ "plannedMealId": id(today, "meals")? })),
};

const SET_FAVOURITE_RECIPE: Change = Change {
    operation: Operation::new(
        "SetFavouriteRecipe",
        none,
        "/data/setFavouriteRecipe/recipe/id",
    ),
    input: |_, content, number| {
        let recipe = nth(&content.recipes, number);
        Some(json!({ "recipeId": recipe, "isFavourite": number.is_multiple_of(2) }))
    },
};

/// How many of 100 requests are of which read.
const READS: [(usize, Operation); 7] = [
    (50, TODAY),
    (12, CYCLE_CALENDAR),
    (10, RECIPE_SEARCH),
    (6, RECIPE_DETAIL),
    (4, WORKOUT_DETAIL),
    (4, SHOPPING_LIST),
    (4, CHECK_IN_HISTORY),
];

/// The same of which change.
const CHANGES: [(usize, Change); 5] = [
    (3, RECORD_MEAL),
    (1, UNLOG_MEAL),
    (3, COMPLETE_WORKOUT),
    (1, UNDO_COMPLETE_WORKOUT),
    (2, SET_FAVOURITE_RECIPE),
];

/// Which part of the mix is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// All of it.
    All,
    /// The changes alone.
    Changes,
}

impl Part {
    /// The name in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::All => "a day's mix",
            Self::Changes => "its changes alone",
        }
    }
}

/// Prepares a request for each of these members, sends each once, and also returns the number of SQL statements per
/// request.
///
/// # Errors
///
/// At the first request that does not succeed.
pub(crate) async fn prepare(
    part: Part,
    environment: &Environment,
    content: &Content,
    subjects: &[String],
    service: &Service,
) -> anyhow::Result<(Prepared, Option<f64>)> {
    let texts = texts()?;
    let (client, url) = (Client::new(), service.url("/graphql"));
    let (slots, texts, client, url) = (&slots(part), &texts, &client, url.as_str());
    let requests = subjects
        .iter()
        .enumerate()
        .map(|(number, subject)| async move {
            let text = |operation: &Operation| texts[operation.document].as_str();
            let (operation, variables) = match slots[number * STEP % slots.len()] {
                Slot::Read(operation) => (operation, (operation.variables)(content, number)),
                Slot::Change(change) => {
                    let request = Request::new(environment, subject, text(&TODAY), &json!({}))?;
                    let response = request.send(client, url, false).await?;
                    let today: Value = response.json().await?;
                    let wanted =
                        (change.input)(&today, content, number).map(|input| (change, input));
                    let (change, mut input) = wanted
                        .or_else(|| {
                            // On a day of rest.
                            let input = (RECORD_MEAL.input)(&today, content, number)?;
                            Some((RECORD_MEAL, input))
                        })
                        .with_context(|| format!("nothing to change in {today}"))?;
                    input["idempotencyKey"] = IDEMPOTENCY_KEY.into();
                    (change.operation, json!({ "input": input }))
                }
            };
            let request = Request::new(environment, subject, text(&operation), &variables)?;
            anyhow::Ok((operation, request))
        });
    let prepared: Vec<_> = stream::iter(requests)
        .buffered(MAX_CONCURRENCY)
        .try_collect()
        .await?;
    let each = prepared
        .iter()
        .map(|(operation, request)| (operation, request));
    let statements = check_each(each, service).await?;
    let requests = prepared.into_iter().map(|(_, request)| request).collect();
    let prepared = Prepared::write(requests, "", environment).await?;
    Ok((prepared, statements))
}

/// What one of 100 requests is.
#[derive(Clone, Copy, Debug)]
enum Slot {
    Read(Operation),
    Change(Change),
}

fn slots(part: Part) -> Vec<Slot> {
    let mut slots = Vec::new();
    if part == Part::All {
        for (count, operation) in READS {
            slots.extend(vec![Slot::Read(operation); count]);
        }
    }
    for (count, change) in CHANGES {
        slots.extend(vec![Slot::Change(change); count]);
    }
    slots
}

/// The texts of all documents, by name.
fn texts() -> anyhow::Result<HashMap<&'static str, String>> {
    let reads = READS.iter().map(|(_, operation)| operation);
    let changes = CHANGES.iter().map(|(_, change)| &change.operation);
    let texts = reads
        .chain(changes)
        .map(|operation| Ok((operation.document, operation.text()?)));
    texts.collect()
}

/// The id of the first of these objects of a Today.
fn id(today: &Value, objects: &str) -> Option<String> {
    let pointer = format!("/data/me/plan/currentCycle/today/{objects}/0/id");
    today.pointer(&pointer)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{Part, Slot, slots};

    #[test]
    fn a_tenth_of_the_mix_are_changes() {
        let changes = |part| {
            let all = slots(part);
            let changes = all.iter().filter(|slot| matches!(slot, Slot::Change(_)));
            (changes.count(), all.len())
        };
        assert_eq!(changes(Part::All), (10, 100));
        assert_eq!(changes(Part::Changes), (10, 10));
    }
}
