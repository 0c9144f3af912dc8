//! The app's reads, with variables as members would send them.

mod check;
mod content;
mod prepare;

use std::{fs, path::Path};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

pub(crate) use check::check;
pub(crate) use content::Content;
pub(crate) use prepare::{Prepared, Request};

/// A named operation, and how it is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    /// What tables call it.
    pub(crate) name: &'static str,
    /// Its file in `schema/operations`, without the ending.
    document: &'static str,
    /// Whether answers may be compressed.
    pub(crate) gzip: bool,
    /// For one of many requests.
    variables: fn(&Content, usize) -> Value,
    /// A place in the answer that has something when the operation did what it is for.
    proof: &'static str,
}

impl Operation {
    const fn new(
        name: &'static str,
        variables: fn(&Content, usize) -> Value,
        proof: &'static str,
    ) -> Self {
        Self {
            name,
            document: name,
            gzip: false,
            variables,
            proof,
        }
    }

    /// Its text.
    fn text(&self) -> anyhow::Result<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/operations");
        let file = folder.join(self.document).with_extension("graphql");
        fs::read_to_string(&file).with_context(|| file.display().to_string())
    }
}

/// The app's first screen.
pub(crate) const TODAY: Operation =
    Operation::new("Today", none, "/data/me/plan/currentCycle/today/id");

/// All of them.
pub(crate) const OPERATIONS: [Operation; 10] = [
    TODAY,
    Operation {
        name: "Today, gzip",
        gzip: true,
        ..TODAY
    },
    Operation::new(
        "CycleCalendar",
        none,
        "/data/me/plan/currentCycle/days/27/id",
    ),
    Operation::new("PlanOverview", none, "/data/me/plan/cycles/0/id"),
    Operation::new("Profile", none, "/data/me/subscription/access"),
    Operation::new("CheckInHistory", first_page, "/data/me/checkIns/edges"),
    Operation::new(
        "ShoppingList",
        week,
        "/data/me/plan/currentCycle/shoppingList/items/0/name",
    ),
    Operation::new("RecipeSearch", search, "/data/recipes/edges/0/node/id"),
    Operation::new("RecipeDetail", recipe, "/data/recipe/id"),
    Operation::new("WorkoutDetail", workout, "/data/workout/id"),
];

/// Those with these names, in any letters; all for no name.
pub(crate) fn named(names: &[String]) -> anyhow::Result<Vec<Operation>> {
    for name in names {
        if !OPERATIONS
            .iter()
            .any(|it| it.name.eq_ignore_ascii_case(name))
        {
            let all: Vec<_> = OPERATIONS.iter().map(|it| it.name).collect();
            bail!("no operation `{name}`; there are: {}", all.join("; "));
        }
    }
    let wanted = |it: &Operation| {
        names.is_empty() || names.iter().any(|name| it.name.eq_ignore_ascii_case(name))
    };
    Ok(OPERATIONS.into_iter().filter(wanted).collect())
}

fn none(_: &Content, _: usize) -> Value {
    json!({})
}

fn first_page(_: &Content, _: usize) -> Value {
    json!({ "first": 10 })
}

fn week(content: &Content, _: usize) -> Value {
    let to = content.today + chrono::TimeDelta::days(6);
    json!({ "from": content.today, "to": to })
}

/// By a word of a title, and every third time by what many look for.
fn search(content: &Content, number: usize) -> Value {
    let filter = match number % 3 {
        0 => json!({ "slots": ["DINNER"], "maxMinutes": 30 }),
        _ => json!({ "text": content.word(number) }),
    };
    json!({ "filter": filter, "first": 20 })
}

fn recipe(content: &Content, number: usize) -> Value {
    json!({ "id": content.recipe(number) })
}

fn workout(content: &Content, number: usize) -> Value {
    json!({ "id": content.workout(number) })
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::{OPERATIONS, named};

    /// Apps read the status file instead, which `make rehearse-live` drives.
    const NOT_DRIVEN: [&str; 1] = ["LiveStream"];

    #[test]
    fn every_read_of_the_app_is_driven() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/operations");
        let files = fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().path());
        let reads = files.filter_map(|file| {
            let text = fs::read_to_string(&file).unwrap();
            let name = file.file_stem()?.to_str()?.to_owned();
            text.contains(&format!("query {name}")).then_some(name)
        });
        let reads: BTreeSet<_> = reads.collect();
        let driven = OPERATIONS.iter().map(|it| it.document).chain(NOT_DRIVEN);
        let driven: BTreeSet<_> = driven.map(str::to_owned).collect();
        assert_eq!(reads, driven);
    }

    #[test]
    fn operations_are_chosen_by_name() {
        let names = |given: &[&str]| {
            let given: Vec<_> = given.iter().map(ToString::to_string).collect();
            named(&given).map(|found| found.iter().map(|it| it.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&[]).unwrap().len(), OPERATIONS.len());
        assert_eq!(names(&["profile", "today"]).unwrap(), ["Today", "Profile"]);
        let error = names(&["Tomorrow"]).unwrap_err().to_string();
        assert!(error.contains("PlanOverview"), "{error}");
    }
}
