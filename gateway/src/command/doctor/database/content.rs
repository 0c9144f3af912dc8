//! The catalogue, without which no gateway is ready.

use coach_domain::database::{self, Fetch as _, FromRow, Pool, RowReader};
use sea_orm::DbErr;

use super::failed;
use crate::command::doctor::check::Findings;

struct Counts {
    programmes: i64,
    recipes: i64,
    workouts: i64,
}

impl FromRow for Counts {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            programmes: row.read()?,
            recipes: row.read()?,
            workouts: row.read()?,
        })
    }
}

const COUNTS: &str = "
    SELECT (SELECT count(*) FROM programme), (SELECT count(*) FROM recipe), (SELECT count(*) FROM workout)";

/// Whether there are programmes.
pub(super) async fn check(pool: &Pool) -> Findings {
    match pool
        .fetch_one::<Counts>(database::statement(COUNTS, []))
        .await
    {
        Ok(Some(counts)) if counts.programmes > 0 => Findings::ok(format!(
            "{} programmes, {} workouts, {} recipes",
            counts.programmes, counts.workouts, counts.recipes
        )),
        Ok(_) => Findings::problem(
            "there are no programmes: no plan can be started, and no gateway becomes ready",
            "bring in content: `coach seed --content-only` (docs/DEPLOY.md, \"Content\")",
        ),
        // Tables are missing or may not be read, which other checks name.
        Err(coach_domain::Error::Database(_)) => {
            Findings::skipped("the tables of the catalogue cannot be read")
        }
        Err(error) => failed(&error),
    }
}
