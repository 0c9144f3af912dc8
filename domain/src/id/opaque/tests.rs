use sea_orm::Iterable as _;
use uuid::Uuid;

use super::{AnyId, OpaqueId, SLOTS};
use crate::{
    enums::MealSlot,
    id::{
        CheckInId, CycleId, DayId, ExerciseId, MemberId, PlanId, PlannedMealId, ProgrammeId,
        RecipeId, ScheduledWorkoutId, WorkoutId,
    },
};

/// A pseudo-random number generator with a fixed seed (`SplitMix64`).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u8) -> u8 {
        u8::try_from(self.next() % u64::from(limit)).unwrap()
    }

    fn uuid(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.next(), self.next())
    }

    /// An id of each type.
    fn ids(&mut self) -> Vec<AnyId> {
        let (member, id) = (MemberId(self.uuid()), self.uuid());
        let cycle = CycleId { member, id };
        let number = 1 + self.below(28);
        let day = DayId { cycle, number };
        let position = 1 + self.below(255);
        let slot = SLOTS[usize::from(self.below(4))];
        vec![
            AnyId::Member(member),
            AnyId::Recipe(RecipeId(id)),
            AnyId::Workout(WorkoutId(id)),
            AnyId::Exercise(ExerciseId(id)),
            AnyId::Plan(PlanId { member, id }),
            AnyId::Cycle(cycle),
            AnyId::CheckIn(CheckInId { member, id }),
            AnyId::Day(day),
            AnyId::ScheduledWorkout(ScheduledWorkoutId { day, position }),
            AnyId::PlannedMeal(PlannedMealId {
                day,
                slot,
                position,
            }),
        ]
    }
}

#[test]
fn every_id_round_trips() {
    let mut numbers = Numbers(1);
    for id in (0..500).flat_map(|_| numbers.ids()) {
        let text = id.encode();
        assert_eq!(AnyId::decode(&text), Some(id), "{text}");
    }
    let programme = ProgrammeId(numbers.uuid());
    assert_eq!(ProgrammeId::decode(&programme.encode()), Some(programme));
}

#[test]
fn encodings_never_change() {
    let member = MemberId(Uuid::from_u128(1));
    let cycle = CycleId {
        member,
        id: Uuid::from_u128(2),
    };
    let meal = PlannedMealId {
        day: DayId { cycle, number: 28 },
        slot: MealSlot::Snack,
        position: 2,
    };
    assert_eq!(member.encode(), "mbr_AAAAAAAAAAAAAAAAAAAAAQ");
    let text = "pml_AAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAIcAwI";
    assert_eq!(meal.encode(), text);
}

#[test]
fn every_slot_has_a_byte() {
    assert!(MealSlot::iter().all(|slot| SLOTS.contains(&slot)));
}

/// A changed string is either the encoding of another ID or invalid.
#[test]
fn no_id_has_two_encodings() {
    let mut numbers = Numbers(2);
    let others = b"AZaz09-_=+/ \n\0\xc3.";
    let ids: Vec<_> = (0..300).flat_map(|_| numbers.ids()).collect();
    for id in ids {
        let text = id.encode();
        for at in 0..=text.len() {
            let other = others[usize::from(numbers.below(15))];
            let mut changed = text.clone().into_bytes();
            match numbers.below(4) {
                0 if at < changed.len() => changed[at] = other,
                1 if at < changed.len() => drop(changed.remove(at)),
                2 => changed.truncate(at),
                _ => changed.insert(at, other),
            }
            let changed = String::from_utf8_lossy(&changed);
            if let Some(read) = AnyId::decode(&changed) {
                assert_eq!(read.encode(), changed);
            }
        }
    }
}

#[test]
fn invalid_strings_are_no_ids() {
    let member = MemberId(Uuid::max());
    let padded = format!("{}==", member.encode());
    let upper = member.encode().to_uppercase();
    let long = format!("rcp_{}", "A".repeat(1_000_000));
    // The last character has bits that belong to no byte.
    let loose = "mbr_AAAAAAAAAAAAAAAAAAAAAR";
    let texts = [
        "", "_", "rcp", "rcp_", "rcp_é", "💪", loose, &padded, &upper, &long,
    ];
    for text in texts {
        assert_eq!(AnyId::decode(text), None);
    }
    assert_eq!(RecipeId::decode(&member.encode()), None);
}

#[test]
fn days_and_positions_out_of_range_are_no_ids() {
    let cycle = CycleId {
        member: MemberId(Uuid::nil()),
        id: Uuid::nil(),
    };
    for number in [0, 29, 255] {
        assert_eq!(DayId::decode(&DayId { cycle, number }.encode()), None);
    }
    let day = DayId { cycle, number: 1 };
    let workout = ScheduledWorkoutId { day, position: 0 };
    assert_eq!(ScheduledWorkoutId::decode(&workout.encode()), None);
}
