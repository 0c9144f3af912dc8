//! Reading rows by the position of their columns.

use std::sync::Arc;

use sea_orm::{
    ConnectionTrait, DbErr, SqlxError, Statement,
    sqlx::{
        Decode, Postgres, Row as _, Type,
        error::BoxDynError,
        postgres::{PgHasArrayType, PgRow, PgTypeInfo, PgValueRef, types::PgRecordDecoder},
    },
};

use super::{
    lease::{Rows, Run},
    pool::{Pool, query_error},
    session::{Session, Transaction},
    transaction::PoolTransaction,
};
use crate::Result;

/// A type that a row is read into.
pub trait FromRow: Sized + Send {
    /// Reads the columns in the order of the statement.
    ///
    /// # Errors
    ///
    /// When a column has another type, or there is none left.
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr>;
}

/// Reads the columns of a row, from the first to the last.
pub struct RowReader<'r>(Source<'r>);

enum Source<'r> {
    Row { row: &'r PgRow, next: usize },
    Record(PgRecordDecoder<'r>),
}

impl RowReader<'_> {
    /// The value of the next column.
    ///
    /// # Errors
    ///
    /// When it has another type, or there is none left.
    pub fn read<T>(&mut self) -> Result<T, DbErr>
    where
        T: for<'a> Decode<'a, Postgres> + Type<Postgres>,
    {
        match &mut self.0 {
            Source::Row { row, next } => {
                *next += 1;
                row.try_get(*next - 1).map_err(query_error)
            }
            Source::Record(record) => record
                .try_decode()
                .map_err(|error| query_error(SqlxError::Decode(error))),
        }
    }

    /// What the columns after the next one are read into, if that one is true.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn read_if_present<T: FromRow>(&mut self) -> Result<Option<T>, DbErr> {
        let is_present: bool = self.read()?;
        is_present.then(|| T::from_row(self)).transpose()
    }

    /// What the records in the next column, an array of them, are read into.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn read_records<T: FromRow>(&mut self) -> Result<Vec<T>, DbErr> {
        let records: Vec<Record<T>> = self.read()?;
        Ok(records.into_iter().map(|Record(value)| value).collect())
    }
}

/// What a record, a value with columns of its own, is read into.
struct Record<T>(T);

impl<T> Type<Postgres> for Record<T> {
    fn type_info() -> PgTypeInfo {
        <(bool,)>::type_info()
    }
}

impl<T> PgHasArrayType for Record<T> {
    fn array_type_info() -> PgTypeInfo {
        <(bool,)>::array_type_info()
    }
}

impl<'r, T: FromRow> Decode<'r, Postgres> for Record<T> {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        let record = PgRecordDecoder::new(value)?;
        let value = T::from_row(&mut RowReader(Source::Record(record)))?;
        Ok(Self(value))
    }
}

/// The columns of a joint statement: the number of the part, and the record.
const NUMBER: usize = 0;
const RECORD: usize = 1;

/// The rows that a read has returned.
pub enum RowSet {
    /// All rows of its statement.
    All(Vec<PgRow>),
    /// Those of a [joint statement](super::joint) that have the number of its part.
    Part(Arc<Vec<PgRow>>, i32),
}

impl RowSet {
    /// Runs a statement on its own.
    pub(super) async fn of(db: &impl Run, statement: Statement) -> Result<Self, DbErr> {
        let fetched = db.run_statement(statement, Rows::All).await?;
        Ok(Self::All(fetched.rows))
    }

    fn read<T: FromRow, C: FromIterator<T>>(&self) -> Result<C> {
        match self {
            Self::All(rows) => {
                let rows = rows.iter().map(|row| {
                    let source = Source::Row { row, next: 0 };
                    Ok(T::from_row(&mut RowReader(source))?)
                });
                rows.collect()
            }
            Self::Part(rows, part) => {
                let rows = rows.iter().filter_map(|row| {
                    match row.try_get::<i32, _>(NUMBER) {
                        Ok(number) if number != *part => return None,
                        Ok(_) => {}
                        Err(error) => return Some(Err(query_error(error).into())),
                    }
                    let record = row.try_get(RECORD).map_err(query_error);
                    Some(record.map(|Record(value)| value).map_err(Into::into))
                });
                rows.collect()
            }
        }
    }
}

/// The first of some values.
struct First<T>(Option<T>);

impl<T> FromIterator<T> for First<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self(values.into_iter().next())
    }
}

/// A connection on which rows are read.
pub trait Fetch: ConnectionTrait {
    /// Runs a statement.
    fn rows(&self, statement: Statement) -> impl Future<Output = Result<RowSet, DbErr>> + Send;

    /// The rows of a statement.
    ///
    /// # Errors
    ///
    /// When the statement fails, or a row cannot be read.
    fn fetch<T: FromRow>(
        &self,
        statement: Statement,
    ) -> impl Future<Output = Result<Vec<T>>> + Send {
        async move { self.rows(statement).await?.read() }
    }

    /// The first row of a statement.
    ///
    /// # Errors
    ///
    /// As [`fetch`](Self::fetch).
    fn fetch_one<T: FromRow>(
        &self,
        statement: Statement,
    ) -> impl Future<Output = Result<Option<T>>> + Send {
        async move { Ok(self.rows(statement).await?.read::<T, First<T>>()?.0) }
    }
}

impl Fetch for Pool {
    async fn rows(&self, statement: Statement) -> Result<RowSet, DbErr> {
        RowSet::of(self, statement).await
    }
}

impl Fetch for PoolTransaction {
    async fn rows(&self, statement: Statement) -> Result<RowSet, DbErr> {
        RowSet::of(self, statement).await
    }
}

/// Reads that are started at the same time are sent as one [joint statement](super::joint).
impl Fetch for Session {
    async fn rows(&self, statement: Statement) -> Result<RowSet, DbErr> {
        self.join(statement).await
    }
}

impl Fetch for Transaction {
    async fn rows(&self, statement: Statement) -> Result<RowSet, DbErr> {
        RowSet::of(self, statement).await
    }
}
