//! Ids as the API shows them: a tag that names the type, `_`, and the bytes in
//! base64url. What one id is written as is the only text that is read as it.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

use super::{
    CheckInId, CycleId, DayId, ExerciseId, LiveSessionId, MemberId, PlanId, PlannedMealId,
    ProgrammeId, RecipeId, ScheduledWorkoutId, WorkoutId,
};
use crate::{cycle, day::MealSlot};

/// An id that has an opaque text.
pub trait OpaqueId: Sized {
    /// The text.
    fn encode(&self) -> String;

    /// The id of a text; `None` where it is no text of such an id.
    fn decode(text: &str) -> Option<Self>;
}

/// What an id consists of, as bytes.
trait Bytes: Sized {
    fn write(&self, to: &mut Vec<u8>);

    /// Takes the id from the beginning of the bytes.
    fn read(from: &mut &[u8]) -> Option<Self>;
}

fn byte(from: &mut &[u8]) -> Option<u8> {
    let (&byte, rest) = from.split_first()?;
    *from = rest;
    Some(byte)
}

impl Bytes for Uuid {
    fn write(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(self.as_bytes());
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let (bytes, rest) = from.split_first_chunk()?;
        *from = rest;
        Some(Self::from_bytes(*bytes))
    }
}

macro_rules! row_bytes {
    ($($name:ident),+) => {$(
        impl Bytes for $name {
            fn write(&self, to: &mut Vec<u8>) {
                self.0.write(to);
            }

            fn read(from: &mut &[u8]) -> Option<Self> {
                Uuid::read(from).map(Self)
            }
        }
    )+};
}

row_bytes!(
    MemberId,
    RecipeId,
    WorkoutId,
    ExerciseId,
    LiveSessionId,
    ProgrammeId
);

macro_rules! owned_bytes {
    ($($name:ident),+) => {$(
        impl Bytes for $name {
            fn write(&self, to: &mut Vec<u8>) {
                self.member.write(to);
                self.id.write(to);
            }

            fn read(from: &mut &[u8]) -> Option<Self> {
                let (member, id) = (MemberId::read(from)?, Uuid::read(from)?);
                Some(Self { member, id })
            }
        }
    )+};
}

owned_bytes!(PlanId, CycleId, CheckInId);

impl Bytes for DayId {
    fn write(&self, to: &mut Vec<u8>) {
        self.cycle.write(to);
        to.push(self.number);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let (cycle, number) = (CycleId::read(from)?, byte(from)?);
        (1..=cycle::DAYS)
            .contains(&number)
            .then_some(Self { cycle, number })
    }
}

impl Bytes for ScheduledWorkoutId {
    fn write(&self, to: &mut Vec<u8>) {
        self.day.write(to);
        to.push(self.position);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let (day, position) = (DayId::read(from)?, byte(from)?);
        (position > 0).then_some(Self { day, position })
    }
}

/// The bytes of slots are in texts that clients keep: a place here never
/// changes.
const SLOTS: [MealSlot; 4] = [
    MealSlot::Breakfast,
    MealSlot::Lunch,
    MealSlot::Dinner,
    MealSlot::Snack,
];

impl Bytes for MealSlot {
    fn write(&self, to: &mut Vec<u8>) {
        let places = (0..).zip(SLOTS);
        to.extend(places.filter_map(|(place, slot)| (slot == *self).then_some(place)));
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        SLOTS.get(usize::from(byte(from)?)).copied()
    }
}

impl Bytes for PlannedMealId {
    fn write(&self, to: &mut Vec<u8>) {
        self.day.write(to);
        self.slot.write(to);
        to.push(self.position);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let (day, slot) = (DayId::read(from)?, MealSlot::read(from)?);
        let position = byte(from)?;
        (position > 0).then_some(Self {
            day,
            slot,
            position,
        })
    }
}

macro_rules! opaque {
    ($($name:ident = $tag:literal),+ $(,)?) => {$(
        impl OpaqueId for $name {
            fn encode(&self) -> String {
                let mut bytes = Vec::with_capacity(35);
                self.write(&mut bytes);
                let mut text = concat!($tag, "_").to_owned();
                BASE64_URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
                text
            }

            fn decode(text: &str) -> Option<Self> {
                let text = text.strip_prefix(concat!($tag, "_"))?;
                // No id is as long as this; what is longer is not worth decoding.
                let bytes = (text.len() <= 64).then(|| BASE64_URL_SAFE_NO_PAD.decode(text));
                let bytes = bytes?.ok()?;
                let mut rest = bytes.as_slice();
                Self::read(&mut rest).filter(|_| rest.is_empty())
            }
        }
    )+};
}

opaque! {
    MemberId = "mbr",
    RecipeId = "rcp",
    WorkoutId = "wrk",
    ExerciseId = "exr",
    LiveSessionId = "lvs",
    ProgrammeId = "prg",
    PlanId = "pln",
    CycleId = "cyc",
    CheckInId = "chk",
    DayId = "day",
    ScheduledWorkoutId = "swk",
    PlannedMealId = "pml",
}

macro_rules! any_id {
    ($($(#[$doc:meta])* $variant:ident($name:ident)),+ $(,)?) => {
        /// An id of any type that is a `Node` of the API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum AnyId {
            $($(#[$doc])* $variant($name)),+
        }

        impl OpaqueId for AnyId {
            fn encode(&self) -> String {
                match self {
                    $(Self::$variant(id) => id.encode()),+
                }
            }

            fn decode(text: &str) -> Option<Self> {
                None$(.or_else(|| $name::decode(text).map(Self::$variant)))+
            }
        }
    };
}

any_id! {
    /// Of a member.
    Member(MemberId),
    /// Of a recipe.
    Recipe(RecipeId),
    /// Of a workout.
    Workout(WorkoutId),
    /// Of an exercise.
    Exercise(ExerciseId),
    /// Of a live session.
    LiveSession(LiveSessionId),
    /// Of a plan.
    Plan(PlanId),
    /// Of a cycle.
    Cycle(CycleId),
    /// Of a check-in.
    CheckIn(CheckInId),
    /// Of a day.
    Day(DayId),
    /// Of a scheduled workout.
    ScheduledWorkout(ScheduledWorkoutId),
    /// Of a planned meal.
    PlannedMeal(PlannedMealId),
}

#[cfg(test)]
mod tests;
