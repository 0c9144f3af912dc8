//! Ids. Each is a type of its own; in the API they are opaque texts: a tag
//! that names the type, and the UUIDs. The ids of what a member owns carry the
//! member, so that every statement can ask for both.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::day::MealSlot;

macro_rules! row_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType, Serialize, Deserialize)]
        pub struct $name(pub Uuid);
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
    /// Of a programme; its versions share it.
    ProgrammeId,
}

macro_rules! owned_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name {
            /// The owner.
            pub member: MemberId,
            /// The row.
            pub id: Uuid,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DayId {
    /// The cycle.
    pub cycle: CycleId,
    /// 1 to 28.
    pub number: u8,
}

/// Of a scheduled workout: its day's, with its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScheduledWorkoutId {
    /// The day.
    pub day: DayId,
    /// From 1.
    pub position: u8,
}

/// Of a planned meal: its day's, with slot and position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
