//! Reading the rows of members.

use std::collections::HashMap;

use sea_orm::{
    DbErr, Statement,
    sqlx::{Decode, Postgres, Type},
};

use super::{Fetch, FromRow, RowReader};
use crate::{Result, id::MemberId};

/// A row with one column.
pub(crate) struct Column<T>(pub(crate) T);

impl<T> FromRow for Column<T>
where
    T: for<'a> Decode<'a, Postgres> + Type<Postgres> + Send,
{
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        Ok(Self(row.read()?))
    }
}

/// A row behind the column that it is found by.
pub(crate) struct Keyed<K, T>(pub(crate) K, pub(crate) T);

impl<K, T> FromRow for Keyed<K, T>
where
    K: for<'a> Decode<'a, Postgres> + Type<Postgres> + Send,
    T: FromRow,
{
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        Ok(Self(row.read()?, T::from_row(row)?))
    }
}

/// The rows that a statement returns, by their first column, `member_id`, and otherwise in the statement's order.
pub(crate) async fn by_member<T: FromRow>(
    db: &impl Fetch,
    statement: Statement,
) -> Result<HashMap<MemberId, Vec<T>>> {
    let mut by_member: HashMap<_, Vec<_>> = HashMap::new();
    for Keyed(member, row) in db.fetch(statement).await? {
        by_member.entry(member).or_default().push(row);
    }
    Ok(by_member)
}
