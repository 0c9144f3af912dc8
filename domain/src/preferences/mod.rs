//! What a member wants of a plan. A change counts from its local date on, and
//! the history is kept, so the past stays as it was.

mod decide;
pub mod entity;
mod find;
mod history;
mod update;
mod write;

use chrono::NaiveDate;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

pub use find::history;
pub use history::on;
pub use update::UpdatePreferences;
pub(crate) use write::write;

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
            /// The text that is stored, which is that of the API.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),+
                }
            }
        }
    };
}
pub(crate) use stored_enum;

stored_enum! {
    /// What a plan is for.
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
    /// What a member eats; each includes those after it.
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
    /// The allergens that have to be declared by Annex II of Regulation (EU)
    /// No 1169/2011.
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

/// What counts from a date on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// The first local date for which it counts.
    pub effective_from: NaiveDate,
    /// What the member trains for.
    pub goal: Goal,
    /// How demanding training may be.
    pub level: Level,
    /// What the member eats.
    pub diet: Diet,
    /// What the member must not eat.
    pub allergens: Vec<Allergen>,
    /// Training days a week, 2 to 6.
    pub days_per_week: i32,
}

/// The same, whatever the date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wanted {
    /// What the member trains for.
    pub goal: Goal,
    /// How demanding training may be.
    pub level: Level,
    /// What the member eats.
    pub diet: Diet,
    /// What the member must not eat; what comes twice counts once.
    pub allergens: Vec<Allergen>,
    /// Training days a week, 2 to 6.
    pub days_per_week: i32,
}

impl Wanted {
    /// As what counts from a date on.
    pub(crate) fn since(mut self, effective_from: NaiveDate) -> Preferences {
        self.allergens.sort_unstable();
        self.allergens.dedup();
        Preferences {
            effective_from,
            goal: self.goal,
            level: self.level,
            diet: self.diet,
            allergens: self.allergens,
            days_per_week: self.days_per_week,
        }
    }
}
