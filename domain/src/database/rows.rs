//! Reading the rows of members.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, FromQueryResult, Statement};

use crate::{Result, id::MemberId};

/// A row with its owner, in the column `member_id`.
#[derive(FromQueryResult)]
struct OwnedRow<T: FromQueryResult> {
    member_id: MemberId,
    #[sea_orm(nested)]
    row: T,
}

/// The rows that a statement returns, by their column `member_id` and otherwise in the statement's order.
pub(crate) async fn by_member<T: FromQueryResult + Send + Sync>(
    db: &impl ConnectionTrait,
    statement: Statement,
) -> Result<HashMap<MemberId, Vec<T>>> {
    let mut by_member: HashMap<_, Vec<_>> = HashMap::new();
    for OwnedRow { member_id, row } in OwnedRow::find_by_statement(statement).all(db).await? {
        by_member.entry(member_id).or_default().push(row);
    }
    Ok(by_member)
}
