//! Exercises.

pub mod entity;
mod load;
mod search;

pub(crate) use load::load;
pub use search::{ExerciseFilter, search, search_text};

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use crate::{
    id::ExerciseId,
    image::Image,
    preferences::{Level, stored_enum},
};

stored_enum! {
    /// The kind of an exercise.
    ExerciseCategory {
        /// Against resistance.
        Strength = "STRENGTH",
        /// For heart and lungs.
        Cardio = "CARDIO",
        /// For reach.
        Stretching = "STRETCHING",
        /// Jumps and throws.
        Plyometrics = "PLYOMETRICS",
        /// Squat, bench press and deadlift.
        Powerlifting = "POWERLIFTING",
        /// Snatch, clean and jerk.
        OlympicWeightlifting = "OLYMPIC_WEIGHTLIFTING",
        /// With heavy, awkward things.
        Strongman = "STRONGMAN",
    }
}

stored_enum! {
    /// What an exercise needs.
    Equipment {
        /// A long bar.
        Barbell = "BARBELL",
        /// A short bar for one hand.
        Dumbbell = "DUMBBELL",
        /// A ball of iron with a handle.
        Kettlebell = "KETTLEBELL",
        /// An elastic band.
        Band = "BAND",
        /// A bench.
        Bench = "BENCH",
        /// A bar to hang from.
        PullUpBar = "PULL_UP_BAR",
        /// A box to step or jump on.
        Box = "BOX",
        /// A jump rope.
        JumpRope = "JUMP_ROPE",
        /// A heavy ball.
        MedicineBall = "MEDICINE_BALL",
        /// A roller of foam.
        FoamRoller = "FOAM_ROLLER",
        /// A mat.
        Mat = "MAT",
        /// A large light ball.
        ExerciseBall = "EXERCISE_BALL",
        /// A bar with a zigzag grip.
        EzCurlBar = "EZ_CURL_BAR",
        /// A cable machine.
        Cable = "CABLE",
        /// Another machine.
        Machine = "MACHINE",
        /// Something else.
        Other = "OTHER",
    }
}

stored_enum! {
    /// A muscle or group of muscles.
    Muscle {
        /// Front of the thigh.
        Quadriceps = "QUADRICEPS",
        /// Back of the thigh.
        Hamstrings = "HAMSTRINGS",
        /// Buttocks.
        Glutes = "GLUTES",
        /// Back of the lower leg.
        Calves = "CALVES",
        /// Chest.
        Chest = "CHEST",
        /// Middle of the back.
        Back = "BACK",
        /// Sides of the back.
        Lats = "LATS",
        /// Shoulders.
        Shoulders = "SHOULDERS",
        /// Front of the upper arm.
        Biceps = "BICEPS",
        /// Back of the upper arm.
        Triceps = "TRICEPS",
        /// Lower arm.
        Forearms = "FOREARMS",
        /// Belly.
        Abdominals = "ABDOMINALS",
        /// Lower back.
        LowerBack = "LOWER_BACK",
        /// Inside of the thigh.
        Adductors = "ADDUCTORS",
        /// Outside of the hip.
        Abductors = "ABDUCTORS",
        /// From neck to shoulder blade.
        Traps = "TRAPS",
        /// Neck.
        Neck = "NECK",
    }
}

/// An exercise.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// The id.
    pub id: ExerciseId,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub category: ExerciseCategory,
    /// How demanding it is.
    pub level: Level,
    /// All that it needs; empty for none.
    pub equipment: Vec<Equipment>,
    /// Those that it trains, the main ones first.
    pub muscles: Vec<Muscle>,
    /// How to do it, step by step.
    pub instructions: Vec<String>,
    /// A picture.
    pub image: Option<Image>,
    /// Whether it is out of the lists; it can still be read by id.
    pub archived: bool,
}
