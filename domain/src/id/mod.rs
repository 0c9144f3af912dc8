//! IDs. Each kind is a type of its own; in the API they are opaque strings: a tag that names the type, and the UUIDs.
//! The IDs of member-owned objects contain the member's ID, so that every statement can filter by both.

mod opaque;

use std::sync::{LazyLock, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, DeriveValueType, Value, sea_query::ArrayType};
use serde::{Deserialize, Serialize};
use uuid::{ContextV7, Timestamp, Uuid};

use crate::{
    database::{FromRow, RowReader, impl_decode},
    enums::MealSlot,
};

pub use opaque::{AnyId, OpaqueId};

macro_rules! row_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType, Serialize, Deserialize)]
        pub struct $name(pub Uuid);

        impl_decode!($name, Uuid, |id| Ok(Self(id)));
    )+};
}

row_ids! {
    /// ID of a member.
    MemberId,
    /// ID of a recipe.
    RecipeId,
    /// ID of a workout.
    WorkoutId,
    /// ID of an exercise.
    ExerciseId,
    /// ID of a live session.
    LiveSessionId,
    /// ID of a programme, which its versions share.
    ProgrammeId,
}

/// Days in a cycle, which are numbered from 1.
pub const CYCLE_DAYS: u8 = 28;

/// A new `UUIDv7` with the timestamp `now`. IDs that this process creates later sort later.
pub fn new_v7(now: DateTime<Utc>) -> Uuid {
    static CONTEXT: LazyLock<Mutex<ContextV7>> = LazyLock::new(|| Mutex::new(ContextV7::new()));
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    let nanoseconds = now.timestamp_subsec_nanos();
    let context = CONTEXT.lock().unwrap_or_else(PoisonError::into_inner);
    Uuid::new_v7(Timestamp::from_unix(&*context, seconds, nanoseconds))
}

/// UUIDs as one array parameter.
pub fn uuid_array(ids: impl IntoIterator<Item = Uuid>) -> Value {
    let ids = ids.into_iter().map(|id| Value::Uuid(Some(id)));
    Value::Array(ArrayType::Uuid, Some(Box::new(ids.collect())))
}

macro_rules! owned_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name {
            /// The owner.
            pub member: MemberId,
            /// The ID of the row.
            pub id: Uuid,
        }

        /// Reads the member's ID and that of the row.
        impl FromRow for $name {
            fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
                Ok(Self { member: row.read()?, id: row.read()? })
            }
        }

        impl $name {
            /// The IDs as two array parameters: members and rows.
            pub(crate) fn uuid_arrays(ids: &[Self]) -> [Value; 2] {
                [
                    uuid_array(ids.iter().map(|id| id.member.0)),
                    uuid_array(ids.iter().map(|id| id.id)),
                ]
            }
        }
    )+};
}

owned_ids! {
    /// ID of a plan.
    PlanId,
    /// ID of a cycle.
    CycleId,
    /// ID of a check-in.
    CheckInId,
}

/// ID of a day: the cycle's ID and the number of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DayId {
    /// The cycle.
    pub cycle: CycleId,
    /// The number of the day in the cycle, 1 to 28.
    pub number: u8,
}

/// ID of a scheduled workout: the day's ID and the position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ScheduledWorkoutId {
    /// The day.
    pub day: DayId,
    /// The position within the day, from 1.
    pub position: u8,
}

/// ID of a planned meal: the day's ID, the slot and the position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PlannedMealId {
    /// The day.
    pub day: DayId,
    /// The slot.
    pub slot: MealSlot,
    /// The position within the slot, from 1.
    pub position: u8,
}

/// An ID that contains the ID of the member who owns the object.
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
