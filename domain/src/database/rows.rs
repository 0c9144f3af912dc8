//! Reading rows by what is in their first column.

use std::{collections::HashMap, hash::Hash};

use sea_orm::{
    DbErr, Statement,
    sqlx::{Decode, Postgres, Type},
};

use super::{Fetch, FromRow, RowReader};
use crate::Result;

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

/// The rows that a statement returns, by their first column and otherwise in the statement's order.
pub(crate) async fn by_key<K, T>(
    db: &impl Fetch,
    statement: Statement,
) -> Result<HashMap<K, Vec<T>>>
where
    K: for<'a> Decode<'a, Postgres> + Type<Postgres> + Eq + Hash + Send,
    T: FromRow,
{
    let mut by_key: HashMap<_, Vec<_>> = HashMap::new();
    for Keyed(key, row) in db.fetch(statement).await? {
        by_key.entry(key).or_default().push(row);
    }
    Ok(by_key)
}
