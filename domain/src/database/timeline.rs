//! The timeline of a request: what its statements and batches did, and when.
//!
//! Every request has one, so it costs next to nothing: statements are moved into it when they are over, with their text
//! and parameters, and there is room for those of most requests in the one allocation.

use std::{
    borrow::Cow,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use sea_orm::{DbErr, Statement, Value, sea_query::Values};
use smallvec::SmallVec;
use tokio::time::Instant;
use uuid::Uuid;

use super::{failure::sql_state, lease::Fetched, telemetry};

/// How many statements, and how many batches and messages, are remembered of one request. The others are counted.
const MAX_ENTRIES: usize = 100;

/// A statement of a request.
#[derive(Clone, Debug)]
pub struct TimedStatement {
    /// Its text, which has no parameters in it.
    pub sql: Cow<'static, str>,
    /// Its parameters, while they are kept.
    pub(super) values: Option<Values>,
    /// When it began, from the start of the request.
    pub started: Duration,
    /// How long it took, with what it waited for.
    pub duration: Duration,
    /// How long it waited for a connection.
    pub waited: Duration,
    /// The rows that it returned or changed; `None` when it failed or was given up.
    pub rows: Option<u64>,
    /// The SQLSTATE of its error, or what else failed: `pool`, `connection`. `cancelled` when nobody waited for it any
    /// more.
    pub error: Option<Cow<'static, str>>,
}

impl TimedStatement {
    /// Whether its parameters are kept.
    pub fn has_values(&self) -> bool {
        self.values.is_some()
    }

    fn bytes(&self) -> usize {
        let values = self.values.iter().flat_map(|values| &values.0);
        size_of::<Self>() + self.sql.len() + values.map(value_bytes).sum::<usize>()
    }
}

/// About how many bytes a parameter takes.
fn value_bytes(value: &Value) -> usize {
    let owned = match value {
        Value::String(Some(text)) => text.len(),
        Value::Bytes(Some(bytes)) => bytes.len(),
        Value::Json(Some(json)) => json.to_string().len(),
        Value::Array(_, Some(items)) => items.iter().map(value_bytes).sum(),
        _ => 0,
    };
    size_of::<Value>() + owned
}

/// A batch of a request.
#[derive(Clone, Copy, Debug)]
pub struct TimedBatch {
    /// The field whose keys it loaded, as `Type.field`.
    pub field: &'static str,
    /// The number of keys.
    pub keys: usize,
    /// When it began, from the start of the request.
    pub started: Duration,
    /// How long it took.
    pub duration: Duration,
}

/// A message that a request has written to the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnqueuedMessage {
    /// The envelope's id.
    pub id: Uuid,
    /// The message's kind, such as `email.welcome`.
    pub kind: &'static str,
    /// The queue's name.
    pub queue: &'static str,
}

/// What is on a timeline.
#[derive(Clone, Debug, Default)]
pub struct TimelineEntries {
    /// The statements, in the order in which they ended.
    pub statements: SmallVec<[TimedStatement; 4]>,
    /// The batches, in the order in which they ended.
    pub batches: SmallVec<[TimedBatch; 4]>,
    /// The messages whose transaction was committed.
    pub messages: SmallVec<[EnqueuedMessage; 2]>,
    /// The names of the operations, separated by commas.
    pub operation: Cow<'static, str>,
    /// The type of the last operation: `query` or `mutation`.
    pub operation_type: Option<&'static str>,
    /// When the first operation began to be executed.
    execution_began: Option<Duration>,
    /// When the last one ended.
    execution_ended: Option<Duration>,
    /// Whether the parameters of statements are not kept.
    without_values: bool,
}

impl TimelineEntries {
    /// How long a request that took `total` was prepared, and how long it was executed.
    pub fn phases(&self, total: Duration) -> (Duration, Duration) {
        let prepared = self.execution_began.unwrap_or(total);
        let ended = self.execution_ended.unwrap_or(total);
        (prepared, ended.saturating_sub(prepared))
    }
}

/// The timeline of one request.
#[derive(Debug)]
pub struct Timeline {
    began_at: Instant,
    entries: Mutex<TimelineEntries>,
}

impl Timeline {
    /// The timeline of a request that begins at this time.
    pub fn new(began_at: Instant) -> Self {
        Self {
            began_at,
            entries: Mutex::default(),
        }
    }

    /// What is on it so far. A statement may still be added: one that runs on when its client has gone.
    pub fn entries(&self) -> TimelineEntries {
        self.lock().clone()
    }

    /// Adds a batch that is over.
    pub fn add_batch(&self, field: &'static str, keys: usize, began_at: Instant) {
        let batch = TimedBatch {
            field,
            keys,
            started: self.since_begin(began_at),
            duration: began_at.elapsed(),
        };
        let mut entries = self.lock();
        if entries.batches.len() < MAX_ENTRIES {
            entries.batches.push(batch);
        }
    }

    /// Adds messages whose transaction was committed.
    pub(crate) fn add_messages(&self, messages: impl Iterator<Item = EnqueuedMessage>) {
        let mut entries = self.lock();
        let room = MAX_ENTRIES.saturating_sub(entries.messages.len());
        entries.messages.extend(messages.take(room));
    }

    /// Notes that an operation of this name and type begins to be executed.
    pub fn begin_execution(&self, name: Option<&Cow<'static, str>>, kind: Option<&'static str>) {
        let now = self.began_at.elapsed();
        let mut entries = self.lock();
        entries.execution_began.get_or_insert(now);
        entries.operation_type = kind;
        match name {
            Some(name) if entries.operation.is_empty() => entries.operation.clone_from(name),
            Some(name) => entries.operation.to_mut().extend([",", name]),
            None => {}
        }
    }

    /// Notes that an operation has been executed.
    pub fn end_execution(&self) {
        let now = self.began_at.elapsed();
        self.lock().execution_ended = Some(now);
    }

    /// Ends the request. Returns about how many bytes the timeline takes from now on; unless `keeps_values`, the
    /// parameters of its statements are dropped.
    pub fn settle(&self, keeps_values: bool) -> usize {
        let mut entries = self.lock();
        entries.without_values = !keeps_values;
        let mut bytes = size_of::<Self>();
        for statement in &mut entries.statements {
            if !keeps_values {
                statement.values = None;
            }
            bytes += statement.bytes();
        }
        bytes + entries.batches.len() * size_of::<TimedBatch>()
    }

    /// Begins a statement, which is added when the guard is dropped.
    pub(super) fn begin(timeline: Option<&Self>, statement: Statement) -> RunningStatement<'_> {
        Self::begin_text(timeline, statement.sql.into(), statement.values)
    }

    /// Begins transaction control, such as `COMMIT`, as a statement.
    pub(super) fn begin_control<'t>(
        timeline: Option<&'t Self>,
        sql: &'static str,
    ) -> RunningStatement<'t> {
        Self::begin_text(timeline, sql.into(), None)
    }

    fn begin_text<'t>(
        timeline: Option<&'t Self>,
        sql: Cow<'static, str>,
        values: Option<Values>,
    ) -> RunningStatement<'t> {
        RunningStatement {
            timeline,
            sql,
            values,
            began_at: Instant::now(),
            wait: WaitTime::default(),
            outcome: None,
        }
    }

    fn since_begin(&self, at: Instant) -> Duration {
        at.saturating_duration_since(self.began_at)
    }

    fn lock(&self) -> MutexGuard<'_, TimelineEntries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a statement has waited for a connection.
#[derive(Debug, Default)]
pub(super) struct WaitTime(AtomicU64);

impl WaitTime {
    pub(super) fn add(&self, duration: Duration) {
        let nanoseconds = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        self.0.fetch_add(nanoseconds, Relaxed);
    }

    fn get(&self) -> Duration {
        Duration::from_nanos(self.0.load(Relaxed))
    }
}

/// A statement that runs. Dropped, it is added to the timeline, also when nobody waits for its end.
pub(super) struct RunningStatement<'t> {
    timeline: Option<&'t Timeline>,
    pub(super) sql: Cow<'static, str>,
    pub(super) values: Option<Values>,
    pub(super) wait: WaitTime,
    began_at: Instant,
    outcome: Option<Result<u64, Cow<'static, str>>>,
}

impl RunningStatement<'_> {
    /// Notes that it has waited for a connection all the time.
    pub(super) fn wait_until_now(&self) {
        self.wait.add(self.began_at.elapsed());
    }

    /// Notes how it ended.
    pub(super) fn end(&mut self, result: &Result<Fetched, DbErr>) {
        let rows = |fetched: &Fetched| match fetched.rows.len() {
            0 => fetched.result.rows_affected(),
            rows => rows as u64,
        };
        self.outcome = Some(result.as_ref().map(rows).map_err(error_code));
    }

    /// Notes how transaction control ended, which returns no rows.
    pub(super) fn end_control<T>(&mut self, result: &Result<T, DbErr>) {
        self.outcome = Some(result.as_ref().map(|_| 0).map_err(error_code));
    }
}

impl Drop for RunningStatement<'_> {
    fn drop(&mut self) {
        let Some(timeline) = self.timeline else {
            return;
        };
        let duration = self.began_at.elapsed();
        let waited = self.wait.get();
        let mut entries = timeline.lock();
        if entries.statements.len() >= MAX_ENTRIES {
            return;
        }
        let keeps_values = !entries.without_values;
        let (rows, error) = match self.outcome.take() {
            Some(Ok(rows)) => (Some(rows), None),
            Some(Err(error)) => (None, Some(error)),
            None => (None, Some("cancelled".into())),
        };
        entries.statements.push(TimedStatement {
            sql: std::mem::take(&mut self.sql),
            values: self.values.take().filter(|_| keeps_values),
            started: timeline.since_begin(self.began_at),
            duration,
            waited,
            rows,
            error,
        });
    }
}

fn error_code(error: &DbErr) -> Cow<'static, str> {
    match sql_state(error) {
        Some(state) => state.into_owned().into(),
        None => telemetry::kind(error).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::statement;

    #[test]
    fn parameters_are_dropped_unless_they_are_kept() {
        for keeps_values in [false, true] {
            let timeline = Timeline::new(Instant::now());
            drop(Timeline::begin(
                Some(&timeline),
                statement("SELECT $1", ["canary".into()]),
            ));
            timeline.settle(keeps_values);
            // One that runs on.
            drop(Timeline::begin(
                Some(&timeline),
                statement("SELECT $1", ["canary".into()]),
            ));
            let entries = timeline.entries();
            assert_eq!(entries.statements.len(), 2);
            for timed in &entries.statements {
                assert_eq!(timed.has_values(), keeps_values);
                assert_eq!(timed.error.as_deref(), Some("cancelled"));
            }
        }
    }

    #[test]
    fn the_number_of_entries_is_bounded() {
        let timeline = Timeline::new(Instant::now());
        for _ in 0..2 * MAX_ENTRIES {
            drop(Timeline::begin(Some(&timeline), statement("SELECT", [])));
            timeline.add_batch("Recipe.isFavourite", 1, Instant::now());
        }
        let entries = timeline.entries();
        assert_eq!(entries.statements.len(), MAX_ENTRIES);
        assert_eq!(entries.batches.len(), MAX_ENTRIES);
    }
}
