//! Ids. Each is a type of its own; in the API they are opaque texts: a tag
//! that names the type, and the UUIDs. The ids of what a member owns carry the
//! member, so that every statement can ask for both.

mod opaque;

use std::sync::{LazyLock, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, DeriveValueType, TryFromU64, Value};
use serde::{Deserialize, Serialize};
use uuid::{ContextV7, Timestamp, Uuid};

use crate::day::MealSlot;

pub use opaque::{AnyId, OpaqueId};

macro_rules! row_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType, Serialize, Deserialize)]
        pub struct $name(pub Uuid);

        /// `SeaORM` asks it of every key; ours are never numbers that the database
        /// counts.
        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )+};
}

row_ids! {
    /// Of a member.
    MemberId,
    /// Of a recipe.
    RecipeId,
    /// Of a workout.
    WorkoutId,
    /// Of an exercise.
    ExerciseId,
    /// Of a live session.
    LiveSessionId,
    /// Of a programme; its versions share it.
    ProgrammeId,
}

/// A new id (`UUIDv7`) of a moment: ids made later sort later, in this process.
pub fn at(now: DateTime<Utc>) -> Uuid {
    static CONTEXT: LazyLock<Mutex<ContextV7>> = LazyLock::new(|| Mutex::new(ContextV7::new()));
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    let nanoseconds = now.timestamp_subsec_nanos();
    let context = CONTEXT.lock().unwrap_or_else(PoisonError::into_inner);
    Uuid::new_v7(Timestamp::from_unix(&*context, seconds, nanoseconds))
}

/// Ids as one array parameter.
pub(crate) fn column(ids: impl IntoIterator<Item = Uuid>) -> Value {
    ids.into_iter().collect::<Vec<_>>().into()
}

macro_rules! owned_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name {
            /// The owner.
            pub member: MemberId,
            /// The row.
            pub id: Uuid,
        }

        impl $name {
            /// The ids as two array parameters: members and rows.
            pub(crate) fn columns(ids: &[Self]) -> [Value; 2] {
                [
                    column(ids.iter().map(|id| id.member.0)),
                    column(ids.iter().map(|id| id.id)),
                ]
            }
        }
    )+};
}

owned_ids! {
    /// Of a plan.
    PlanId,
    /// Of a cycle.
    CycleId,
    /// Of a check-in.
    CheckInId,
}

/// Of a day: its cycle's, with its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DayId {
    /// The cycle.
    pub cycle: CycleId,
    /// 1 to 28.
    pub number: u8,
}

/// Of a scheduled workout: its day's, with its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ScheduledWorkoutId {
    /// The day.
    pub day: DayId,
    /// From 1.
    pub position: u8,
}

/// Of a planned meal: its day's, with slot and position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PlannedMealId {
    /// The day.
    pub day: DayId,
    /// The slot.
    pub slot: MealSlot,
    /// From 1, within the slot.
    pub position: u8,
}

/// An id of something that a member owns.
pub trait Owned {
    /// The owner.
    fn owner(&self) -> MemberId;
}

impl Owned for MemberId {
    fn owner(&self) -> MemberId {
        *self
    }
}

macro_rules! owned {
    ($($name:ident => $($path:ident).+),+ $(,)?) => {$(
        impl Owned for $name {
            fn owner(&self) -> MemberId {
                self.$($path).+
            }
        }
    )+};
}

owned! {
    PlanId => member,
    CycleId => member,
    CheckInId => member,
    DayId => cycle.member,
    ScheduledWorkoutId => day.cycle.member,
    PlannedMealId => day.cycle.member,
}
