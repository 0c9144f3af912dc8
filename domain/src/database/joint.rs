//! Joint statements: reads that a request starts at the same time are sent as one statement.
//!
//! Each of them keeps its own SQL. Together they are the parts of a `UNION ALL`, whose rows have the number of the part
//! and a record of its columns:
//!
//! ```sql
//! SELECT 0, part FROM (SELECT …) AS part
//! UNION ALL
//! SELECT 1, part FROM (SELECT …) AS part
//! ```
//!
//! Postgres runs one part after the other, and each keeps the order of its rows. If the joint statement fails, each
//! part is run on its own, so that the failure of one affects no other.

use std::{
    fmt::Write as _,
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
};

use futures_util::{
    FutureExt as _,
    future::{BoxFuture, Shared, join_all},
};
use sea_orm::{DbErr, Statement, sea_query::Values, sqlx::postgres::PgRow};
use smallvec::SmallVec;

use super::{failure::Failure, fetch::RowSet, session::Session};

/// Reads that were started at the same time.
#[derive(Debug, Default)]
pub(super) struct Joint(Mutex<State>);

#[derive(Debug, Default)]
enum State {
    #[default]
    Empty,
    /// More can be added.
    Open(Vec<Statement>),
    /// Whoever waits for one of them runs them all.
    Running(Shared<BoxFuture<'static, Results>>),
}

/// How many reads a request starts at the same time, mostly at most.
const EXPECTED_READS: usize = 4;

type Parts = SmallVec<[Part; EXPECTED_READS]>;

/// The result of a read, until it is taken.
type Taken = Option<Result<RowSet, DbErr>>;

/// What became of the reads.
#[derive(Clone)]
enum Results {
    /// The rows of the joint statement, and its parts.
    Joint(Arc<Vec<PgRow>>, Parts),
    /// The result of each read.
    Separate(Arc<[Mutex<Taken>]>),
}

impl Results {
    /// The result of a read, which is taken once.
    fn take(&self, read: usize) -> Result<RowSet, DbErr> {
        match self {
            Self::Joint(rows, parts) => {
                let number = (0..).zip(parts).find(|(_, part)| part.read == read);
                let number = number.map_or(-1, |(number, _)| number);
                Ok(RowSet::Part(Arc::clone(rows), number))
            }
            Self::Separate(results) => {
                let mut result = results[read].lock().unwrap_or_else(PoisonError::into_inner);
                result.take().unwrap_or_else(|| Ok(RowSet::All(Vec::new())))
            }
        }
    }
}

/// How a read goes on when no more can be added.
enum Start {
    Alone(Statement),
    Together(Shared<BoxFuture<'static, Results>>),
}

impl Joint {
    /// Adds a read, and returns its place.
    fn add(&self, statement: Statement) -> usize {
        let mut state = self.state();
        if let State::Open(statements) = &mut *state {
            statements.push(statement);
            return statements.len() - 1;
        }
        let mut statements = Vec::with_capacity(EXPECTED_READS);
        statements.push(statement);
        *state = State::Open(statements);
        0
    }

    /// Starts the reads, unless another of them has done it.
    fn start(&self, session: &Session) -> Start {
        let mut state = self.state();
        let run = match std::mem::take(&mut *state) {
            State::Open(mut statements) if statements.len() == 1 => {
                return Start::Alone(statements.remove(0));
            }
            State::Running(run) => run,
            State::Open(statements) => run_together(session.clone(), statements).boxed().shared(),
            State::Empty => unreachable!("a read has added itself, and starts once"),
        };
        *state = State::Running(run.clone());
        Start::Together(run)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The reads of a session that have not been started, if there are any.
#[derive(Debug, Default)]
pub(super) struct Waiting(Mutex<Option<Arc<Joint>>>);

impl Waiting {
    /// Runs a read, together with those that the request starts before it waits.
    pub(super) async fn join(
        &self,
        session: &Session,
        statement: Statement,
    ) -> Result<RowSet, DbErr> {
        let (joint, place) = {
            let mut waiting = self.joint();
            let joint = waiting.get_or_insert_default();
            (Arc::clone(joint), joint.add(statement))
        };
        others_start().await;
        {
            let mut waiting = self.joint();
            if waiting.as_ref().is_some_and(|it| Arc::ptr_eq(it, &joint)) {
                *waiting = None;
            }
        }
        match joint.start(session) {
            // Boxed, for the compiler computes the layout of no deeper futures.
            Start::Alone(statement) => RowSet::of(session, statement).boxed().await,
            Start::Together(run) => run.await.take(place),
        }
    }

    fn joint(&self) -> MutexGuard<'_, Option<Arc<Joint>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits until the task is polled again. Until then, its other futures have been polled.
async fn others_start() {
    let mut is_first = true;
    poll_fn(|context| {
        if std::mem::take(&mut is_first) {
            context.waker().wake_by_ref();
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
}

/// Runs reads as one statement or, if that fails, each on its own.
async fn run_together(session: Session, mut statements: Vec<Statement>) -> Results {
    let (mut joint, parts) = joint_statement(&mut statements);
    let error = match session.read(&mut joint).await {
        Ok(fetched) => return Results::Joint(Arc::new(fetched.rows), parts),
        Err(error) => error,
    };
    let results = if Failure::of(&error) == Failure::Unavailable {
        statements.iter().map(|_| Err(error.clone())).collect()
    } else {
        return_values(joint, &parts, &mut statements);
        let reads = statements.into_iter();
        join_all(reads.map(|statement| RowSet::of(&session, statement))).await
    };
    let results = results.into_iter().map(|result| Mutex::new(Some(result)));
    Results::Separate(results.collect())
}

/// A part of a joint statement.
#[derive(Clone, Copy)]
struct Part {
    /// Its index among the reads.
    read: usize,
    /// How many of the parameters it has.
    parameters: usize,
}

/// About how many bytes a joint statement has around each part.
const FRAME: usize = 64;

/// The statement with these parts, and the order in which it has them: that of their SQL, so that the same parts are the
/// same prepared statement. It takes the values of the parts.
fn joint_statement(reads: &mut [Statement]) -> (Statement, Parts) {
    let parts = reads.iter().enumerate().map(|(read, statement)| Part {
        read,
        parameters: statement.values.as_ref().map_or(0, |it| it.0.len()),
    });
    let mut order: Parts = parts.collect();
    order.sort_by(|a, b| reads[a.read].sql.cmp(&reads[b.read].sql));
    let length = reads.iter().map(|read| read.sql.len() + FRAME).sum();
    let mut sql = String::with_capacity(length);
    let mut values = Vec::with_capacity(order.iter().map(|part| part.parameters).sum());
    for (number, part) in order.iter().enumerate() {
        let read = &mut reads[part.read];
        if number > 0 {
            sql.push_str("\nUNION ALL\n");
        }
        let _ = write!(sql, "SELECT {number}, part FROM (");
        push_shifted(&mut sql, &read.sql, values.len());
        sql.push_str(") AS part");
        values.extend(read.values.take().into_iter().flatten());
    }
    (super::statement(sql, values), order)
}

/// Gives the parts of a joint statement their values back.
fn return_values(joint: Statement, order: &[Part], reads: &mut [Statement]) {
    let mut values = joint.values.into_iter().flatten();
    for part in order {
        let own = values.by_ref().take(part.parameters).collect();
        reads[part.read].values = Some(Values(own));
    }
}

/// Appends SQL whose parameters have numbers that are greater by `shift`.
fn push_shifted(sql: &mut String, part: &str, shift: usize) {
    let mut pieces = part.split('$');
    sql.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let digits = piece.len()
            - piece
                .trim_start_matches(|digit: char| digit.is_ascii_digit())
                .len();
        let number = piece[..digits]
            .parse::<usize>()
            .map(|number| number + shift);
        // Our statements contain `$` in parameters only.
        let number = number.unwrap_or_default();
        let _ = write!(sql, "${number}{}", &piece[digits..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(sql: &str, values: impl IntoIterator<Item = i32>) -> Statement {
        crate::database::statement(sql, values.into_iter().map(Into::into))
    }

    #[test]
    fn parts_are_in_the_order_of_their_text_with_their_own_parameters() {
        let a = statement("SELECT a WHERE b = $2 AND c = $1", [1, 2]);
        let b = statement("SELECT b WHERE c = $1::int[]", [3]);
        let sql = "SELECT 0, part FROM (SELECT a WHERE b = $2 AND c = $1) AS part\nUNION ALL\n\
                   SELECT 1, part FROM (SELECT b WHERE c = $3::int[]) AS part";
        for (reads, first) in [([a.clone(), b.clone()], 0), ([b, a], 1)] {
            let mut emptied = reads.clone();
            let (joint, order) = joint_statement(&mut emptied);
            assert_eq!(joint, statement(sql, [1, 2, 3]));
            assert_eq!(order[0].read, first);
            return_values(joint, &order, &mut emptied);
            assert_eq!(emptied, reads);
        }
    }
}
