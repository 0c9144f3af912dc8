//! The enums that several modules share, and how enums are stored.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// Declares an enum that is stored as the text of its GraphQL value.
macro_rules! stored_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        pub enum $name {
            $($(#[$variant_doc])* #[sea_orm(string_value = $text)] #[serde(rename = $text)] $variant),+
        }

        impl $name {
            /// The text that is stored, which is the value in the API.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),+
                }
            }
        }

        $crate::database::impl_decode!($name, &str, |text| match text {
            $($text => Ok(Self::$variant),)+
            other => Err(format!("{other} is no {}", stringify!($name)).into()),
        });
    };
}
pub(crate) use stored_enum;

stored_enum! {
    /// The goal of a plan.
    Goal {
        /// Less weight.
        LoseWeight = "LOSE_WEIGHT",
        /// More strength.
        BuildStrength = "BUILD_STRENGTH",
        /// More endurance.
        ImproveEndurance = "IMPROVE_ENDURANCE",
    }
}

stored_enum! {
    /// How demanding training may be.
    Level {
        /// New to training.
        Beginner = "BEGINNER",
        /// Trained for some time.
        Intermediate = "INTERMEDIATE",
        /// Trained for years.
        Advanced = "ADVANCED",
    }
}

stored_enum! {
    /// What a member eats; each diet includes those after it.
    Diet {
        /// Everything.
        Omnivore = "OMNIVORE",
        /// Fish and seafood, no meat.
        Pescatarian = "PESCATARIAN",
        /// Eggs, milk and honey, no fish or meat.
        Vegetarian = "VEGETARIAN",
        /// Nothing from animals.
        Vegan = "VEGAN",
    }
}

stored_enum! {
    /// The allergens that must be declared according to Annex II of Regulation (EU) No 1169/2011.
    Allergen {
        /// Cereals containing gluten.
        Gluten = "GLUTEN",
        /// Crustaceans.
        Crustaceans = "CRUSTACEANS",
        /// Eggs.
        Eggs = "EGGS",
        /// Fish.
        Fish = "FISH",
        /// Peanuts.
        Peanuts = "PEANUTS",
        /// Soybeans.
        Soy = "SOY",
        /// Milk.
        Milk = "MILK",
        /// Tree nuts.
        Nuts = "NUTS",
        /// Celery.
        Celery = "CELERY",
        /// Mustard.
        Mustard = "MUSTARD",
        /// Sesame.
        Sesame = "SESAME",
        /// Sulphur dioxide and sulphites.
        Sulphites = "SULPHITES",
        /// Lupin.
        Lupin = "LUPIN",
        /// Molluscs.
        Molluscs = "MOLLUSCS",
    }
}

stored_enum! {
    /// A meal slot of a day.
    MealSlot {
        /// The morning meal.
        Breakfast = "BREAKFAST",
        /// The midday meal.
        Lunch = "LUNCH",
        /// The evening meal.
        Dinner = "DINNER",
        /// A meal between the others.
        Snack = "SNACK",
    }
}

stored_enum! {
    /// A purpose for which data may be used.
    ConsentPurpose {
        /// Mail that is not about the member's own plan.
        MarketingEmail = "MARKETING_EMAIL",
        /// Sharing data with partners.
        PartnerSharing = "PARTNER_SHARING",
        /// Storing and processing health data.
        HealthData = "HEALTH_DATA",
    }
}

stored_enum! {
    /// The category of an exercise.
    ExerciseCategory {
        /// Training against resistance.
        Strength = "STRENGTH",
        /// Endurance of heart and lungs.
        Cardio = "CARDIO",
        /// Stretching for flexibility.
        Stretching = "STRETCHING",
        /// Jumps and throws.
        Plyometrics = "PLYOMETRICS",
        /// Squat, bench press and deadlift.
        Powerlifting = "POWERLIFTING",
        /// Snatch, clean and jerk.
        OlympicWeightlifting = "OLYMPIC_WEIGHTLIFTING",
        /// Lifting and carrying of heavy, unwieldy objects.
        Strongman = "STRONGMAN",
    }
}

stored_enum! {
    /// A piece of equipment.
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
        /// Any other equipment.
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

stored_enum! {
    /// What a workout trains.
    WorkoutFocus {
        /// The whole body.
        FullBody = "FULL_BODY",
        /// From the hips up.
        UpperBody = "UPPER_BODY",
        /// From the hips down.
        LowerBody = "LOWER_BODY",
        /// The trunk.
        Core = "CORE",
        /// Endurance of heart and lungs.
        Cardio = "CARDIO",
        /// Flexibility and range of motion.
        Mobility = "MOBILITY",
    }
}
