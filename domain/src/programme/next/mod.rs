//! How much the cycle after a check-in asks for: the table of `docs/PROGRAMMES.md`, row by row.

use crate::{
    preferences::{Goal, Level, Preferences},
    programme::Programme,
};

/// The fewest training days a week that there are programmes for.
const FEWEST_DAYS: i32 = 2;

/// How much a programme asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// How demanding it is.
    pub level: Level,
    /// Training days a week.
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

/// What a check-in says that counts here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answers {
    /// 1 to 5.
    pub energy: i32,
    /// 1 to 5.
    pub sleep: i32,
    /// Grams now, and the difference to the check-in before; `None` where either is unknown or may not be used.
    pub weight: Option<(i32, i32)>,
}

/// What follows from a check-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Two steps lighter.
    Rest,
    /// A step lighter.
    Ease,
    /// The same again.
    Hold,
    /// A step harder, up to what the member wants.
    Build,
    /// A step harder, and a level beyond what the member wants where that is reached.
    Advance,
}

impl Answers {
    /// The row of the table.
    pub fn verdict(&self, goal: Goal) -> Verdict {
        // Each first row that fits.
        match self.energy.min(self.sleep) {
            ..=1 => Verdict::Rest,
            2 => Verdict::Ease,
            _ if self.lost_too_fast() => Verdict::Ease,
            3 => Verdict::Hold,
            4 if goal == Goal::LoseWeight && self.lost_nothing() => Verdict::Advance,
            4 => Verdict::Build,
            _ => Verdict::Advance,
        }
    }

    /// More than 4 % of what it was: a per cent a week is as much as is advisable.
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

/// What the next cycle is to ask for.
///
/// It goes on from the programme of the cycle before, but where the member has changed level or days since that cycle
/// began, from what they want now. Never more training days than wanted, and never more than a level beyond the wanted.
pub fn next_load(verdict: Verdict, last: Load, wanted_then: Load, wanted: Load) -> Load {
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
    let most = harder(wanted.level).unwrap_or(wanted.level);
    let start = Load {
        level: level.min(most),
        days_per_week: days.min(wanted.days_per_week),
    };
    match verdict {
        Verdict::Rest => start.lighter().lighter(),
        Verdict::Ease => start.lighter(),
        Verdict::Hold => start,
        // Who is beyond it already stays there.
        Verdict::Build => start.heavier(wanted.days_per_week, wanted.level.max(start.level)),
        Verdict::Advance => start.heavier(wanted.days_per_week, most),
    }
}

impl Load {
    /// A training day less; with two of them a level less.
    fn lighter(self) -> Self {
        if self.days_per_week > FEWEST_DAYS {
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

    /// A training day more; with as many as are wanted a level more.
    fn heavier(self, most_days: i32, most: Level) -> Self {
        if self.days_per_week < most_days {
            Self {
                days_per_week: self.days_per_week + 1,
                ..self
            }
        } else {
            let level = harder(self.level).unwrap_or(self.level);
            Self {
                level: level.min(most),
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
