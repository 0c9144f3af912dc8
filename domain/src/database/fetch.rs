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

    fn read<T: FromRow>(&self) -> impl Iterator<Item = Result<T>> {
        let (rows, part) = match self {
            Self::All(rows) => (rows, None),
            Self::Part(rows, part) => (&**rows, Some(*part)),
        };
        let rows = rows.iter();
        rows.filter_map(move |row| read_row(row, part).map_err(Into::into).transpose())
    }
}

/// What a row is read into; `None` if it is one of another part of a joint statement.
fn read_row<T: FromRow>(row: &PgRow, part: Option<i32>) -> Result<Option<T>, DbErr> {
    let Some(part) = part else {
        let source = Source::Row { row, next: 0 };
        return T::from_row(&mut RowReader(source)).map(Some);
    };
    let number: i32 = row.try_get(NUMBER).map_err(query_error)?;
    if number != part {
        return Ok(None);
    }
    let Record(value) = row.try_get(RECORD).map_err(query_error)?;
    Ok(Some(value))
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
        async move { self.rows(statement).await?.read().collect() }
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
        async move { self.rows(statement).await?.read().next().transpose() }
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
