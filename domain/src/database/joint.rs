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
use sea_orm::{DbErr, Statement};

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

/// The result of each read, until it is taken.
type Results = Arc<Mutex<Vec<Option<Result<RowSet, DbErr>>>>>;

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
        *state = State::Open(vec![statement]);
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

/// The reads of a session that have not been started.
#[derive(Debug, Default)]
pub(super) struct Waiting(Mutex<Arc<Joint>>);

impl Waiting {
    /// Runs a read, together with those that the request starts before it waits.
    pub(super) async fn join(
        &self,
        session: &Session,
        statement: Statement,
    ) -> Result<RowSet, DbErr> {
        let (joint, place) = {
            let joint = self.joint();
            (Arc::clone(&joint), joint.add(statement))
        };
        others_start().await;
        {
            let mut waiting = self.joint();
            if Arc::ptr_eq(&waiting, &joint) {
                *waiting = Arc::default();
            }
        }
        match joint.start(session) {
            // Boxed, for the compiler computes the layout of no deeper futures.
            Start::Alone(statement) => RowSet::of(session, &statement).boxed().await,
            Start::Together(run) => {
                let results = run.await;
                let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                let result = results[place].take();
                result.unwrap_or_else(|| Ok(RowSet::default()))
            }
        }
    }

    fn joint(&self) -> MutexGuard<'_, Arc<Joint>> {
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
async fn run_together(session: Session, statements: Vec<Statement>) -> Results {
    let (joint, order) = joint_statement(&statements);
    let fetched = RowSet::of(&session, &joint).await;
    let results = match fetched.and_then(|fetched| fetched.into_parts(&order)) {
        Ok(parts) => parts.into_iter().map(Ok).collect(),
        Err(error) if Failure::of(&error) == Failure::Unavailable => {
            statements.iter().map(|_| Err(error.clone())).collect()
        }
        Err(_) => {
            let reads = statements.iter();
            join_all(reads.map(|statement| RowSet::of(&session, statement))).await
        }
    };
    Arc::new(Mutex::new(results.into_iter().map(Some).collect()))
}

/// About how many bytes a joint statement has around each part.
const FRAME: usize = 64;

/// The statement with these parts, and which of them is the first, the second and so on: they are ordered by their SQL, so
/// that the same parts are the same prepared statement.
fn joint_statement(parts: &[Statement]) -> (Statement, Vec<usize>) {
    let mut order: Vec<_> = (0..parts.len()).collect();
    order.sort_by(|&a, &b| parts[a].sql.cmp(&parts[b].sql));
    let length: usize = parts.iter().map(|part| part.sql.len() + FRAME).sum();
    let (mut sql, mut values) = (String::with_capacity(length), Vec::new());
    for (number, &part) in order.iter().enumerate() {
        if number > 0 {
            sql.push_str("\nUNION ALL\n");
        }
        let _ = write!(sql, "SELECT {number}, part FROM (");
        push_shifted(&mut sql, &parts[part].sql, values.len());
        sql.push_str(") AS part");
        values.extend(
            parts[part]
                .values
                .iter()
                .flat_map(|values| values.0.iter().cloned()),
        );
    }
    (super::statement(sql, values), order)
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
        let (joint, order) = joint_statement(&[b.clone(), a.clone()]);
        let sql = "SELECT 0, part FROM (SELECT a WHERE b = $2 AND c = $1) AS part\nUNION ALL\n\
                   SELECT 1, part FROM (SELECT b WHERE c = $3::int[]) AS part";
        assert_eq!(joint, statement(sql, [1, 2, 3]));
        assert_eq!(order, [1, 0]);
        assert_eq!(joint_statement(&[a, b]), (joint, vec![0, 1]));
    }
}
