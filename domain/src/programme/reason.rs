//! Why a programme was picked. Kept with the command that picked it, and put into words when it is shown.

use serde::{Deserialize, Serialize};

use super::Choice;
use crate::preferences::{Diet, Goal, Level, Preferences};

/// One reason. None names allergens: they are health data, and reasons are kept for retries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "camelCase")]
pub enum Reason {
    /// What it is for.
    Goal {
        /// The goal.
        goal: Goal,
    },
    /// How demanding it is.
    Level {
        /// What was wanted.
        wanted: Level,
        /// What it has.
        has: Level,
    },
    /// Training days a week.
    Days {
        /// What was wanted.
        wanted: i32,
        /// What it has.
        has: i32,
    },
    /// What it feeds.
    Diet {
        /// What was wanted.
        wanted: Diet,
        /// What it has.
        has: Diet,
    },
    /// What the member must not eat.
    Allergens {
        /// How many meals others stand in for.
        replaced: usize,
        /// How many meals there are.
        meals: usize,
    },
}

impl Reason {
    /// All for a choice, in the order in which they count.
    pub(super) fn all(choice: &Choice, wanted: &Preferences) -> Vec<Self> {
        let it = &choice.programme;
        let mut reasons = vec![
            Self::Goal { goal: it.goal },
            Self::Level {
                wanted: wanted.level,
                has: it.level,
            },
            Self::Days {
                wanted: wanted.days_per_week,
                has: it.days_per_week,
            },
            Self::Diet {
                wanted: wanted.diet,
                has: it.diet,
            },
        ];
        if !wanted.allergens.is_empty() {
            let days = it.content.days.iter();
            reasons.push(Self::Allergens {
                replaced: choice.replaced_meals,
                meals: days.map(|day| day.meals.len()).sum(),
            });
        }
        reasons
    }

    /// A sentence to show, in English.
    pub fn sentence(&self) -> String {
        match *self {
            Self::Goal { goal } => format!("It is made for {}.", aim(goal)),
            Self::Level { wanted, has } if wanted == has => {
                format!("Its training is at your level, {}.", demand(has))
            }
            Self::Level { wanted, has } => format!(
                "Its training is {}: the most demanding that there is for you up to your level, {}.",
                demand(has),
                demand(wanted)
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
                format!("Its meals are {}, as you eat.", table(has))
            }
            Self::Diet { has, .. } => {
                format!("Its meals are {}, which is within your diet.", table(has))
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

fn aim(goal: Goal) -> &'static str {
    match goal {
        Goal::LoseWeight => "losing weight",
        Goal::BuildStrength => "building strength",
        Goal::ImproveEndurance => "improving endurance",
    }
}

fn demand(level: Level) -> &'static str {
    match level {
        Level::Beginner => "beginner",
        Level::Intermediate => "intermediate",
        Level::Advanced => "advanced",
    }
}

fn table(diet: Diet) -> &'static str {
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
    use crate::preferences::{Diet, Goal, Level};

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
            // As it is kept and found again.
            let kept = serde_json::to_value(&reason).expect("JSON");
            let found: Reason = serde_json::from_value(kept).expect("the same");
            assert_eq!(found, reason);
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
