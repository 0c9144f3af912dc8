//! The external form of IDs: a tag that names the type, `_`, and the bytes in base64url. Each ID has exactly one valid
//! string.

use std::fmt;

use base64::{Engine as _, display::Base64Display, prelude::BASE64_URL_SAFE_NO_PAD};
use smallvec::SmallVec;
use uuid::Uuid;

use super::CYCLE_DAYS;
use super::{
    CheckInId, CycleId, DayId, ExerciseId, LiveSessionId, MemberId, PlanId, PlannedMealId,
    ProgrammeId, RecipeId, ScheduledWorkoutId, WorkoutId,
};
use crate::enums::MealSlot;

/// An ID with an opaque string as its external form.
pub trait OpaqueId: Sized {
    /// The opaque string, as a value that is written without allocation.
    fn opaque(&self) -> Opaque;

    /// The opaque string.
    fn encode(&self) -> String {
        self.opaque().to_string()
    }

    /// The ID of an opaque string; `None` when the string is not a valid ID of this type.
    fn decode(text: &str) -> Option<Self>;
}

/// The bytes of an ID; the longest has 35.
type IdBytes = SmallVec<[u8; 40]>;

/// The external form of an ID.
pub struct Opaque {
    /// The tag, with the underscore behind it.
    tag: &'static str,
    bytes: IdBytes,
}

impl fmt::Display for Opaque {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.tag)?;
        Base64Display::new(&self.bytes, &BASE64_URL_SAFE_NO_PAD).fmt(formatter)
    }
}

/// The binary form of an ID or of one of its parts.
trait Bytes: Sized {
    fn write(&self, to: &mut IdBytes);

    /// Reads the value from the beginning of the bytes, and removes those.
    fn read(from: &mut &[u8]) -> Option<Self>;
}

fn byte(from: &mut &[u8]) -> Option<u8> {
    let (&byte, rest) = from.split_first()?;
    *from = rest;
    Some(byte)
}

impl Bytes for Uuid {
    fn write(&self, to: &mut IdBytes) {
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
            fn write(&self, to: &mut IdBytes) {
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
            fn write(&self, to: &mut IdBytes) {
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
    fn write(&self, to: &mut IdBytes) {
        self.cycle.write(to);
        to.push(self.number);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let (cycle, number) = (CycleId::read(from)?, byte(from)?);
        (1..=CYCLE_DAYS)
            .contains(&number)
            .then_some(Self { cycle, number })
    }
}

impl Bytes for ScheduledWorkoutId {
    fn write(&self, to: &mut IdBytes) {
        self.day.write(to);
        to.push(self.position);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let (day, position) = (DayId::read(from)?, byte(from)?);
        (position > 0).then_some(Self { day, position })
    }
}

/// The index of a slot here is its byte in IDs that clients store, so the order must never change.
const SLOTS: [MealSlot; 4] = [
    MealSlot::Breakfast,
    MealSlot::Lunch,
    MealSlot::Dinner,
    MealSlot::Snack,
];

impl Bytes for MealSlot {
    fn write(&self, to: &mut IdBytes) {
        let indexes = (0..).zip(SLOTS);
        to.extend(indexes.filter_map(|(index, slot)| (slot == *self).then_some(index)));
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        SLOTS.get(usize::from(byte(from)?)).copied()
    }
}

impl Bytes for PlannedMealId {
    fn write(&self, to: &mut IdBytes) {
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
            fn opaque(&self) -> Opaque {
                let mut bytes = IdBytes::new();
                self.write(&mut bytes);
                let tag = concat!($tag, "_");
                Opaque { tag, bytes }
            }

            fn decode(text: &str) -> Option<Self> {
                let text = text.strip_prefix(concat!($tag, "_"))?;
                // No ID is this long, so a longer string is not decoded.
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
        /// An ID of any type that is a `Node` in the API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum AnyId {
            $($(#[$doc])* $variant($name)),+
        }

        impl OpaqueId for AnyId {
            fn opaque(&self) -> Opaque {
                match self {
                    $(Self::$variant(id) => id.opaque()),+
                }
            }

            fn decode(text: &str) -> Option<Self> {
                None$(.or_else(|| $name::decode(text).map(Self::$variant)))+
            }
        }
    };
}

any_id! {
    /// A member.
    Member(MemberId),
    /// A recipe.
    Recipe(RecipeId),
    /// A workout.
    Workout(WorkoutId),
    /// An exercise.
    Exercise(ExerciseId),
    /// A live session.
    LiveSession(LiveSessionId),
    /// A plan.
    Plan(PlanId),
    /// A cycle.
    Cycle(CycleId),
    /// A check-in.
    CheckIn(CheckInId),
    /// A day.
    Day(DayId),
    /// A scheduled workout.
    ScheduledWorkout(ScheduledWorkoutId),
    /// A planned meal.
    PlannedMeal(PlannedMealId),
}

#[cfg(test)]
mod tests;
