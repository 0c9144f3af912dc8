//! The training load of the cycle after a check-in: the table in `docs/PROGRAMMES.md`, row by row.

use crate::{
    enums::{Goal, Level},
    preferences::Preferences,
    programme::Programme,
};

/// The smallest number of training days per week of any programme.
const MIN_DAYS_PER_WEEK: i32 = 2;

/// The training load of a programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// How demanding it is.
    pub level: Level,
    /// The number of training days per week.
    pub days_per_week: i32,
}

impl From<&Programme> for Load {
    fn from(programme: &Programme) -> Self {
        Self {
            level: programme.level,
            days_per_week: programme.days_per_week,
        }
    }
}

impl From<&Preferences> for Load {
    fn from(wanted: &Preferences) -> Self {
        Self {
            level: wanted.level,
            days_per_week: wanted.days_per_week,
        }
    }
}

/// The answers of a check-in that determine the progression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answers {
    /// Energy, 1 to 5.
    pub energy: i32,
    /// Sleep, 1 to 5.
    pub sleep: i32,
    /// The weight in grams, and its change since the previous check-in; `None` when either is unknown, or when the
    /// member has not consented to its use.
    pub weight: Option<(i32, i32)>,
}

/// How the load changes after a check-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progression {
    /// Two steps lighter.
    Rest,
    /// A step lighter.
    Ease,
    /// No change.
    Hold,
    /// A step harder, up to the preferences of the member.
    Build,
    /// A step harder, up to one level beyond the preferences of the member.
    Advance,
}

impl Answers {
    /// The progression by the table.
    pub fn progression(&self, goal: Goal) -> Progression {
        // The first row that matches.
        match self.energy.min(self.sleep) {
            ..=1 => Progression::Rest,
            2 => Progression::Ease,
            _ if self.lost_too_fast() => Progression::Ease,
            3 => Progression::Hold,
            4 if goal == Goal::LoseWeight && self.lost_nothing() => Progression::Advance,
            4 => Progression::Build,
            _ => Progression::Advance,
        }
    }

    /// Whether more than 4 % of the previous weight was lost: no more than 1 % per week is advisable.
    fn lost_too_fast(&self) -> bool {
        self.weight.is_some_and(|(now, change)| {
            let (now, change) = (i64::from(now), i64::from(change));
            -change * 25 > now - change
        })
    }

    fn lost_nothing(&self) -> bool {
        self.weight.is_some_and(|(_, change)| change >= 0)
    }
}

/// The load of the next cycle.
///
/// It starts from the load of the last cycle (`last`), but for level or days that the member has changed since that
/// cycle began (`wanted_then`), from their current preferences (`wanted`). The result never has more training days than
/// wanted, and is never more than one level beyond the wanted one.
pub fn next_load(progression: Progression, last: Load, wanted_then: Load, wanted: Load) -> Load {
    let level = if wanted_then.level == wanted.level {
        last.level
    } else {
        wanted.level
    };
    let days = if wanted_then.days_per_week == wanted.days_per_week {
        last.days_per_week
    } else {
        wanted.days_per_week
    };
    let max_level = harder(wanted.level).unwrap_or(wanted.level);
    let start = Load {
        level: level.min(max_level),
        days_per_week: days.min(wanted.days_per_week),
    };
    match progression {
        Progression::Rest => start.lighter().lighter(),
        Progression::Ease => start.lighter(),
        Progression::Hold => start,
        // A load that is beyond the preferences already stays there.
        Progression::Build => start.heavier(wanted.days_per_week, wanted.level.max(start.level)),
        Progression::Advance => start.heavier(wanted.days_per_week, max_level),
    }
}

impl Load {
    /// One training day less; at the minimum of days, one level less.
    fn lighter(self) -> Self {
        if self.days_per_week > MIN_DAYS_PER_WEEK {
            Self {
                days_per_week: self.days_per_week - 1,
                ..self
            }
        } else {
            Self {
                level: easier(self.level).unwrap_or(self.level),
                ..self
            }
        }
    }

    /// One training day more; at `max_days`, one level more up to `max_level`.
    fn heavier(self, max_days: i32, max_level: Level) -> Self {
        if self.days_per_week < max_days {
            Self {
                days_per_week: self.days_per_week + 1,
                ..self
            }
        } else {
            let level = harder(self.level).unwrap_or(self.level);
            Self {
                level: level.min(max_level),
                ..self
            }
        }
    }
}

fn easier(level: Level) -> Option<Level> {
    match level {
        Level::Beginner => None,
        Level::Intermediate => Some(Level::Beginner),
        Level::Advanced => Some(Level::Intermediate),
    }
}

fn harder(level: Level) -> Option<Level> {
    match level {
        Level::Beginner => Some(Level::Intermediate),
        Level::Intermediate => Some(Level::Advanced),
        Level::Advanced => None,
    }
}

#[cfg(test)]
mod tests;
