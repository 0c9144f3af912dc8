//! Reading check-ins.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

use super::{CheckIn, CheckInChange, entity};
use crate::{
    Result, database,
    id::{CheckInId, CycleId, MemberId},
};

/// The columns of [`entity::Model`], of a table with the alias `c`.
pub(super) const COLUMNS: &str = "
    c.member_id, c.id, c.cycle_id, c.submitted_at, c.weight_grams, c.waist_millimetres,
    c.hips_millimetres, c.chest_millimetres, c.energy, c.sleep, c.notes";

/// The check-ins that closed cycles.
pub async fn of_cycles(
    db: &impl ConnectionTrait,
    cycles: &[CycleId],
) -> Result<HashMap<CycleId, CheckIn>> {
    let check_ins = load(db, "cycle_id", CycleId::uuid_arrays(cycles)).await?;
    let by_cycle = check_ins.into_iter().map(|found| (found.cycle_id, found));
    Ok(by_cycle.collect())
}

/// The check-ins with these ids, in no particular order.
pub async fn find(db: &impl ConnectionTrait, ids: &[CheckInId]) -> Result<Vec<CheckIn>> {
    load(db, "id", CheckInId::uuid_arrays(ids)).await
}

async fn load(db: &impl ConnectionTrait, key: &str, keys: [Value; 2]) -> Result<Vec<CheckIn>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM check_in c
        JOIN unnest($1::uuid[], $2::uuid[]) AS k (member_id, {key}) USING (member_id, {key})"
    );
    let statement = database::statement(sql, keys);
    let rows = entity::Model::find_by_statement(statement).all(db).await?;
    Ok(rows.into_iter().map(CheckIn::from).collect())
}

#[derive(FromQueryResult)]
struct ChangeRow {
    member_id: MemberId,
    id: Uuid,
    weight_grams: Option<i32>,
    waist_millimetres: Option<i32>,
    hips_millimetres: Option<i32>,
    chest_millimetres: Option<i32>,
    energy: i32,
    sleep: i32,
}

/// How check-ins differ from the one that the member submitted before, of any plan. A member's first check-in has no
/// entry.
pub async fn changes(
    db: &impl ConnectionTrait,
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
    let rows = ChangeRow::find_by_statement(statement).all(db).await?;
    let changes = rows.into_iter().map(|row| {
        let id = CheckInId {
            member: row.member_id,
            id: row.id,
        };
        let change = CheckInChange {
            weight_grams: row.weight_grams,
            waist_millimetres: row.waist_millimetres,
            hips_millimetres: row.hips_millimetres,
            chest_millimetres: row.chest_millimetres,
            energy: Some(row.energy),
            sleep: Some(row.sleep),
        };
        (id, change)
    });
    Ok(changes.collect())
}

impl From<entity::Model> for CheckIn {
    fn from(row: entity::Model) -> Self {
        let member = row.member_id;
        Self {
            id: CheckInId { member, id: row.id },
            cycle_id: CycleId {
                member,
                id: row.cycle_id,
            },
            submitted_at: row.submitted_at,
            weight_grams: row.weight_grams,
            waist_millimetres: row.waist_millimetres,
            hips_millimetres: row.hips_millimetres,
            chest_millimetres: row.chest_millimetres,
            energy: row.energy,
            sleep: row.sleep,
            notes: row.notes,
        }
    }
}
