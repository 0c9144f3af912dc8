//! Reading check-ins.

use std::collections::HashMap;

use sea_orm::{DbErr, Value};

use super::{CheckIn, CheckInAnswers, CheckInChange};
use crate::{
    Result,
    database::{self, Fetch, FromRow, RowReader},
    id::{CheckInId, CycleId},
};

/// The columns of [`CheckIn`], of a table with the alias `c`.
pub(super) fn columns() -> String {
    let answers = CheckInAnswers::COLUMNS.join(", c.");
    format!("c.member_id, c.id, c.cycle_id, c.submitted_at, c.{answers}")
}

/// The check-ins that closed cycles.
pub async fn of_cycles(db: &impl Fetch, cycles: &[CycleId]) -> Result<HashMap<CycleId, CheckIn>> {
    let check_ins = load(db, "cycle_id", CycleId::uuid_arrays(cycles)).await?;
    let by_cycle = check_ins.into_iter().map(|found| (found.cycle_id, found));
    Ok(by_cycle.collect())
}

/// The check-ins with these ids, in no particular order.
pub async fn find(db: &impl Fetch, ids: &[CheckInId]) -> Result<Vec<CheckIn>> {
    load(db, "id", CheckInId::uuid_arrays(ids)).await
}

async fn load(db: &impl Fetch, key: &str, keys: [Value; 2]) -> Result<Vec<CheckIn>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM check_in c
        JOIN unnest($1::uuid[], $2::uuid[]) AS k (member_id, {key}) USING (member_id, {key})",
        COLUMNS = columns(),
    );
    let statement = database::statement(sql, keys);
    db.fetch(statement).await
}

impl FromRow for CheckIn {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        let id = CheckInId::from_row(row)?;
        Ok(Self {
            id,
            cycle_id: CycleId {
                member: id.member,
                id: row.read()?,
            },
            submitted_at: row.read()?,
            answers: CheckInAnswers::from_row(row)?,
        })
    }
}

struct ChangeRow {
    id: CheckInId,
    change: CheckInChange,
}

impl FromRow for ChangeRow {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            id: CheckInId::from_row(row)?,
            change: CheckInChange {
                weight_grams: row.read()?,
                waist_millimetres: row.read()?,
                hips_millimetres: row.read()?,
                chest_millimetres: row.read()?,
                energy: row.read()?,
                sleep: row.read()?,
            },
        })
    }
}

/// How check-ins differ from the one that the member submitted before, of any plan. A member's first check-in has no
/// entry.
pub async fn changes(
    db: &impl Fetch,
    ids: &[CheckInId],
) -> Result<HashMap<CheckInId, CheckInChange>> {
    let sql = "
        SELECT c.member_id, c.id,
               c.weight_grams - p.weight_grams AS weight_grams,
               c.waist_millimetres - p.waist_millimetres AS waist_millimetres,
               c.hips_millimetres - p.hips_millimetres AS hips_millimetres,
               c.chest_millimetres - p.chest_millimetres AS chest_millimetres,
               c.energy - p.energy AS energy,
               c.sleep - p.sleep AS sleep
        FROM unnest($1::uuid[], $2::uuid[]) AS k (member_id, id)
        JOIN check_in c ON c.member_id = k.member_id AND c.id = k.id
        CROSS JOIN LATERAL (
            SELECT earlier.weight_grams, earlier.waist_millimetres, earlier.hips_millimetres,
                   earlier.chest_millimetres, earlier.energy, earlier.sleep
            FROM check_in earlier
            WHERE earlier.member_id = c.member_id
              AND (earlier.submitted_at, earlier.id) < (c.submitted_at, c.id)
            ORDER BY earlier.submitted_at DESC, earlier.id DESC
            LIMIT 1
        ) p";
    let statement = database::statement(sql, CheckInId::uuid_arrays(ids));
    let rows: Vec<ChangeRow> = db.fetch(statement).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.change)).collect())
}
