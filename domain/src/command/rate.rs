//! How many commands a member may ask for.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{Error, Result, viewer::Subject};

/// The window that the rate is for.
const WINDOW: TimeDelta = TimeDelta::minutes(1);

/// How many members are remembered before those who have been quiet are forgotten.
const FORGET_FROM: usize = 4_096;

/// The rate of commands for each member, as this process sees it. A member who has been quiet for a minute may ask for a
/// whole minute's commands at once, such as a phone that was offline; from then on for one whenever its share of a minute
/// has passed.
///
/// It is kept in memory, and so for each process: commands over the rate are to cost no statement and no connection,
/// which is what somebody who sends them uses up. Several processes together allow that many times as much.
#[derive(Debug)]
pub struct CommandRate {
    per_minute: u32,
    members: Mutex<Members>,
}

#[derive(Debug)]
struct Members {
    /// When each would have asked for their last command, had they asked evenly: the theoretical arrival time of the
    /// generic cell rate algorithm.
    due: HashMap<Subject, DateTime<Utc>>,
    forget_from: usize,
}

impl CommandRate {
    /// So many in a minute, at least one.
    pub fn new(per_minute: u32) -> Self {
        Self {
            per_minute: per_minute.max(1),
            members: Mutex::new(Members {
                due: HashMap::new(),
                forget_from: FORGET_FROM,
            }),
        }
    }

    /// Counts a command that somebody asks for.
    ///
    /// # Errors
    ///
    /// [`Error::RateLimited`] where it is one too many; it is not counted then.
    pub fn count(&self, subject: &Subject, now: DateTime<Utc>) -> Result<()> {
        let share = WINDOW / i32::try_from(self.per_minute).unwrap_or(i32::MAX);
        let mut members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        members.forget(now);
        let due = members.due.get(subject).map_or(now, |due| now.max(*due));
        // A clock that was set back does not hold anybody up for longer than the window.
        let ahead = (due - now).min(WINDOW);
        let wait = ahead + share - WINDOW;
        if wait > TimeDelta::zero() {
            let seconds = (wait.num_milliseconds() + 999) / 1_000;
            return Err(Error::RateLimited {
                retry_after: u32::try_from(seconds).unwrap_or(1).max(1),
            });
        }
        members.due.insert(subject.clone(), now + ahead + share);
        Ok(())
    }
}

impl Members {
    /// Forgets those who have been quiet, whenever there are twice as many as were left the last time.
    fn forget(&mut self, now: DateTime<Utc>) {
        if self.due.len() >= self.forget_from {
            self.due.retain(|_, due| *due > now);
            self.forget_from = FORGET_FROM.max(self.due.len() * 2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(name: &impl ToString) -> Subject {
        Subject {
            issuer: "https://id.example.com".to_owned(),
            subject: name.to_string(),
        }
    }

    fn retry_after(counted: &Result<()>) -> Option<u32> {
        match counted {
            Err(Error::RateLimited { retry_after }) => Some(*retry_after),
            _ => None,
        }
    }

    #[test]
    fn a_minute_holds_so_many_and_then_each_has_to_wait_its_share() {
        let (rate, ada) = (CommandRate::new(6), subject(&"ada"));
        let start = DateTime::UNIX_EPOCH;
        for _ in 0..6 {
            assert_eq!(retry_after(&rate.count(&ada, start)), None);
        }
        for _ in 0..3 {
            assert_eq!(retry_after(&rate.count(&ada, start)), Some(10));
        }
        // Others are not held up.
        assert_eq!(retry_after(&rate.count(&subject(&"grace"), start)), None);
        let later = start + TimeDelta::milliseconds(9_999);
        assert_eq!(retry_after(&rate.count(&ada, later)), Some(1));
        let later = start + TimeDelta::seconds(10);
        assert_eq!(retry_after(&rate.count(&ada, later)), None);
        assert_eq!(retry_after(&rate.count(&ada, later)), Some(10));
        // Rest gives back no more than a minute's.
        let later = start + TimeDelta::hours(1);
        let taken = (0..20).filter(|_| rate.count(&ada, later).is_ok());
        assert_eq!(taken.count(), 6);
    }

    #[test]
    fn who_has_been_quiet_is_forgotten() {
        let (rate, start) = (CommandRate::new(6), DateTime::UNIX_EPOCH);
        for number in 0..FORGET_FROM {
            assert_eq!(retry_after(&rate.count(&subject(&number), start)), None);
        }
        let later = start + TimeDelta::minutes(1);
        assert_eq!(retry_after(&rate.count(&subject(&"ada"), later)), None);
        assert_eq!(rate.members.lock().unwrap().due.len(), 1);
    }
}
