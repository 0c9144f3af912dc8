//! Reading all programmes, for the catalogue.

use std::{collections::HashMap, sync::Arc};

use sea_orm::{ConnectionTrait, FromQueryResult};

use super::Programme;
use crate::{Error, Result, database, id::ProgrammeId};

#[derive(FromQueryResult)]
struct Row {
    catalogue_version: i64,
    #[sea_orm(nested)]
    programme: Option<Programme>,
}

/// All versions of all programmes, with the version of the catalogue from the same statement.
pub(crate) async fn load(
    db: &impl ConnectionTrait,
) -> Result<(i64, HashMap<(ProgrammeId, i32), Arc<Programme>>)> {
    let sql = "
        SELECT v.version AS catalogue_version, p.id, p.version, p.goal, p.level, p.diet,
               p.days_per_week, p.content
        FROM catalogue_version v
        LEFT JOIN programme p ON TRUE";
    let rows = Row::find_by_statement(database::statement(sql, []));
    let rows = rows.all(db).await?;
    let unversioned = || Error::Invariant("the catalogue has no version".to_owned());
    let version = rows.first().ok_or_else(unversioned)?.catalogue_version;
    let programmes = rows.into_iter().filter_map(|row| row.programme);
    let by_id = programmes.map(|it| ((it.id, it.version), Arc::new(it)));
    Ok((version, by_id.collect()))
}
