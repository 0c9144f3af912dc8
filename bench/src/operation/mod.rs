//! The app's queries, with realistic variables.

mod answers;
mod check;
mod content;
pub(crate) mod mix;
mod prepare;

use std::{fs, path::Path};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

pub(crate) use answers::Answers;
pub(crate) use check::{check, check_each};
pub(crate) use content::Content;
pub(crate) use prepare::{IDEMPOTENCY_KEY, Prepared, Request};

/// A named operation, and how it is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    /// The name in tables.
    pub(crate) name: &'static str,
    /// The name of its file in `schema/operations`, without the extension.
    document: &'static str,
    /// Whether the request accepts compressed responses.
    pub(crate) gzip: bool,
    /// The variables of the request with this number.
    variables: fn(&Content, usize) -> Value,
    /// A JSON pointer to a part of the response that is not null if the operation was successful.
    result_pointer: &'static str,
}

impl Operation {
    /// An operation that is sent with these variables.
    pub(crate) const fn new(
        name: &'static str,
        variables: fn(&Content, usize) -> Value,
        result_pointer: &'static str,
    ) -> Self {
        Self {
            name,
            document: name,
            gzip: false,
            variables,
            result_pointer,
        }
    }

    fn has_name(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The text of the document.
    pub(crate) fn text(&self) -> anyhow::Result<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/operations");
        let file = folder.join(self.document).with_extension("graphql");
        fs::read_to_string(&file).with_context(|| file.display().to_string())
    }
}

/// The app's first screen.
pub(crate) const TODAY: Operation =
    Operation::new("Today", none, "/data/me/plan/currentCycle/today/id");

/// A whole cycle.
pub(crate) const CYCLE_CALENDAR: Operation = Operation::new(
    "CycleCalendar",
    none,
    "/data/me/plan/currentCycle/days/27/id",
);

/// The check-ins, newest first.
pub(crate) const CHECK_IN_HISTORY: Operation = Operation::new(
    "CheckInHistory",
    |_, _| json!({ "first": 10 }),
    "/data/me/checkIns/edges",
);

/// The search for recipes by words and filters.
pub(crate) const RECIPE_SEARCH: Operation =
    Operation::new("RecipeSearch", search, "/data/recipes/edges/0/node/id");

/// A recipe with all that goes into it.
pub(crate) const RECIPE_DETAIL: Operation = Operation::new(
    "RecipeDetail",
    |content, number| json!({ "id": nth(&content.recipes, number) }),
    "/data/recipe/id",
);

/// What to buy for a week.
const SHOPPING_LIST: Operation = Operation::new(
    "ShoppingList",
    week,
    "/data/me/plan/currentCycle/shoppingList/items/0/name",
);

/// A workout with its exercises.
const WORKOUT_DETAIL: Operation = Operation::new(
    "WorkoutDetail",
    |content, number| json!({ "id": nth(&content.workouts, number) }),
    "/data/workout/id",
);

/// All operations.
pub(crate) const OPERATIONS: [Operation; 10] = [
    TODAY,
    Operation {
        name: "Today, gzip",
        gzip: true,
        ..TODAY
    },
    CYCLE_CALENDAR,
    Operation::new("PlanOverview", none, "/data/me/plan/cycles/0/id"),
    Operation::new("Profile", none, "/data/me/subscription/access"),
    CHECK_IN_HISTORY,
    SHOPPING_LIST,
    RECIPE_SEARCH,
    RECIPE_DETAIL,
    WORKOUT_DETAIL,
];

/// The operations with these names, ignoring case; all operations if there are no names.
pub(crate) fn select(names: &[String]) -> anyhow::Result<Vec<Operation>> {
    for name in names {
        if !OPERATIONS.iter().any(|it| it.has_name(name)) {
            let all = OPERATIONS.map(|it| it.name);
            bail!("no operation `{name}`; there are: {}", all.join("; "));
        }
    }
    let is_selected =
        |it: &Operation| names.is_empty() || names.iter().any(|name| it.has_name(name));
    Ok(OPERATIONS.into_iter().filter(is_selected).collect())
}

fn none(_: &Content, _: usize) -> Value {
    json!({})
}

fn week(content: &Content, _: usize) -> Value {
    let to = content.today + chrono::TimeDelta::days(6);
    json!({ "from": content.today, "to": to })
}

/// Searches by a word of a title, and every third time by a common filter.
fn search(content: &Content, number: usize) -> Value {
    let filter = match number % 3 {
        0 => json!({ "slots": ["DINNER"], "maxMinutes": 30 }),
        _ => json!({ "text": nth(&content.words, number) }),
    };
    json!({ "filter": filter, "first": 20 })
}

/// The item with this number, starting over after the last one.
fn nth(items: &[String], number: usize) -> &str {
    &items[number % items.len()]
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::{OPERATIONS, select};

    /// Apps poll the status file instead, which `make rehearse-live` measures.
    const NOT_MEASURED: [&str; 1] = ["LiveStream"];

    #[test]
    fn every_query_of_the_app_is_measured() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/operations");
        let files = fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().path());
        let queries = files.filter_map(|file| {
            let text = fs::read_to_string(&file).unwrap();
            let name = file.file_stem()?.to_str()?.to_owned();
            text.contains(&format!("query {name}")).then_some(name)
        });
        let queries: BTreeSet<_> = queries.collect();
        let measured = OPERATIONS.iter().map(|it| it.document).chain(NOT_MEASURED);
        let measured: BTreeSet<_> = measured.map(str::to_owned).collect();
        assert_eq!(queries, measured);
    }

    #[test]
    fn operations_are_selected_by_name() {
        let names = |given: &[&str]| {
            let given: Vec<_> = given.iter().map(ToString::to_string).collect();
            select(&given).map(|found| found.iter().map(|it| it.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&[]).unwrap().len(), OPERATIONS.len());
        assert_eq!(names(&["profile", "today"]).unwrap(), ["Today", "Profile"]);
        let error = names(&["Tomorrow"]).unwrap_err().to_string();
        assert!(error.contains("PlanOverview"), "{error}");
    }
}
