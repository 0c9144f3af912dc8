//! The reasons why a programme was chosen. They are stored with the output of the command that chose it, and become
//! sentences when they are shown.

use serde::{Deserialize, Serialize};

use super::Choice;
use crate::{
    enums::{Diet, Goal, Level},
    preferences::Preferences,
};

/// A reason for the choice of a programme. No reason names allergens, because they are health data, and reasons are
/// stored for retries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "camelCase")]
pub enum Reason {
    /// The goal of the programme.
    Goal {
        /// The goal.
        goal: Goal,
    },
    /// The level of the programme.
    Level {
        /// The value in the member's preferences.
        wanted: Level,
        /// The value of the programme.
        has: Level,
    },
    /// The number of training days per week.
    Days {
        /// The value in the member's preferences.
        wanted: i32,
        /// The value of the programme.
        has: i32,
    },
    /// The diet of the programme.
    Diet {
        /// The value in the member's preferences.
        wanted: Diet,
        /// The value of the programme.
        has: Diet,
    },
    /// The member's allergens.
    Allergens {
        /// The number of meals that are replaced.
        replaced: usize,
        /// The number of all meals.
        meals: usize,
    },
}

impl Reason {
    /// All reasons for a choice, in the order of their importance.
    pub(super) fn all(choice: &Choice, wanted: &Preferences) -> Vec<Self> {
        let programme = &choice.programme;
        let mut reasons = vec![
            Self::Goal {
                goal: programme.goal,
            },
            Self::Level {
                wanted: wanted.level,
                has: programme.level,
            },
            Self::Days {
                wanted: wanted.days_per_week,
                has: programme.days_per_week,
            },
            Self::Diet {
                wanted: wanted.diet,
                has: programme.diet,
            },
        ];
        if !wanted.allergens.is_empty() {
            let days = programme.content.days.iter();
            reasons.push(Self::Allergens {
                replaced: choice.replaced_meals,
                meals: days.map(|day| day.meals.len()).sum(),
            });
        }
        reasons
    }

    /// The reason as an English sentence.
    pub fn sentence(&self) -> String {
        match *self {
            Self::Goal { goal } => format!("It is made for {}.", goal_text(goal)),
            Self::Level { wanted, has } if wanted == has => {
                format!("Its training is at your level, {}.", level_text(has))
            }
            Self::Level { wanted, has } => format!(
                "Its training is {}: the most demanding that there is for you up to your level, {}.",
                level_text(has),
                level_text(wanted)
            ),
            Self::Days { wanted, has } if wanted == has => {
                format!("You train on {has} days a week, as you wish.")
            }
            Self::Days { wanted, has } => format!(
                "You train on {has} days a week, which comes nearest to the {wanted} that you wish."
            ),
            Self::Diet {
                has: Diet::Omnivore,
                ..
            } => "You eat everything, and so its meals leave nothing out.".to_owned(),
            Self::Diet { wanted, has } if wanted == has => {
                format!("Its meals are {}, as you eat.", diet_text(has))
            }
            Self::Diet { has, .. } => {
                format!(
                    "Its meals are {}, which is within your diet.",
                    diet_text(has)
                )
            }
            Self::Allergens { replaced: 0, .. } => {
                "None of its meals contains what you must not eat.".to_owned()
            }
            Self::Allergens { replaced, meals } => format!(
                "No meal contains what you must not eat: of its {meals} meals others stand in for {replaced}."
            ),
        }
    }
}

fn goal_text(goal: Goal) -> &'static str {
    match goal {
        Goal::LoseWeight => "losing weight",
        Goal::BuildStrength => "building strength",
        Goal::ImproveEndurance => "improving endurance",
    }
}

fn level_text(level: Level) -> &'static str {
    match level {
        Level::Beginner => "beginner",
        Level::Intermediate => "intermediate",
        Level::Advanced => "advanced",
    }
}

fn diet_text(diet: Diet) -> &'static str {
    match diet {
        Diet::Omnivore => "of everything",
        Diet::Pescatarian => "pescatarian",
        Diet::Vegetarian => "vegetarian",
        Diet::Vegan => "vegan",
    }
}

#[cfg(test)]
mod tests {
    use super::Reason;
    use crate::enums::{Diet, Goal, Level};

    #[test]
    fn every_reason_is_a_sentence() {
        let sentences = [
            Reason::Goal {
                goal: Goal::ImproveEndurance,
            },
            Reason::Level {
                wanted: Level::Beginner,
                has: Level::Beginner,
            },
            Reason::Level {
                wanted: Level::Advanced,
                has: Level::Intermediate,
            },
            Reason::Days { wanted: 3, has: 3 },
            Reason::Days { wanted: 6, has: 4 },
            Reason::Diet {
                wanted: Diet::Omnivore,
                has: Diet::Omnivore,
            },
            Reason::Diet {
                wanted: Diet::Vegan,
                has: Diet::Vegan,
            },
            Reason::Diet {
                wanted: Diet::Omnivore,
                has: Diet::Vegetarian,
            },
            Reason::Allergens {
                replaced: 0,
                meals: 140,
            },
            Reason::Allergens {
                replaced: 12,
                meals: 140,
            },
        ];
        let sentences = sentences.map(|reason| {
            // It survives being stored.
            let stored = serde_json::to_value(&reason).expect("JSON");
            let loaded: Reason = serde_json::from_value(stored).expect("the same");
            assert_eq!(loaded, reason);
            reason.sentence()
        });
        assert_eq!(
            sentences,
            [
                "It is made for improving endurance.",
                "Its training is at your level, beginner.",
                "Its training is intermediate: the most demanding that there is for you up to your level, advanced.",
                "You train on 3 days a week, as you wish.",
                "You train on 4 days a week, which comes nearest to the 6 that you wish.",
                "You eat everything, and so its meals leave nothing out.",
                "Its meals are vegan, as you eat.",
                "Its meals are vegetarian, which is within your diet.",
                "None of its meals contains what you must not eat.",
                "No meal contains what you must not eat: of its 140 meals others stand in for 12.",
            ]
        );
    }
}
