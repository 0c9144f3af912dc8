//! The rate limit of commands for each member.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{Error, Result, viewer::Subject};

/// The window of the rate limit.
const WINDOW: TimeDelta = TimeDelta::minutes(1);

/// How many members are tracked before inactive ones are purged.
const MIN_PURGE_THRESHOLD: usize = 4_096;

/// The rate limiter of commands for each member, within this process. A member who has been inactive for a minute may
/// send a whole minute's commands as a burst, such as from a phone that was offline; after that, one command for each
/// share of a minute that has passed.
///
/// It is kept in memory, so each process has its own: rejected commands must not cost a statement or a connection,
/// since those are what a flood of commands exhausts. Several processes together allow that many times the rate.
#[derive(Debug)]
pub struct CommandRate {
    per_minute: u32,
    members: Mutex<Members>,
}

#[derive(Debug)]
struct Members {
    /// The theoretical arrival time of the generic cell rate algorithm (GCRA): when each member's last command would
    /// have come at an even rate.
    due: HashMap<Subject, DateTime<Utc>>,
    purge_threshold: usize,
}

impl CommandRate {
    /// Allows `per_minute` commands in a minute, and at least one.
    pub fn new(per_minute: u32) -> Self {
        Self {
            per_minute: per_minute.max(1),
            members: Mutex::new(Members {
                due: HashMap::new(),
                purge_threshold: MIN_PURGE_THRESHOLD,
            }),
        }
    }

    /// Counts a command of this caller.
    ///
    /// # Errors
    ///
    /// [`Error::RateLimited`] when it exceeds the rate; it is not counted then.
    pub fn count(&self, subject: &Subject, now: DateTime<Utc>) -> Result<()> {
        let share = WINDOW / i32::try_from(self.per_minute).unwrap_or(i32::MAX);
        let mut members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        members.purge_expired(now);
        let due = members.due.get(subject).map_or(now, |due| now.max(*due));
        // A clock that was set back does not block a member for longer than the window.
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
    /// Removes inactive members, whenever there are twice as many as remained after the last purge.
    fn purge_expired(&mut self, now: DateTime<Utc>) {
        if self.due.len() >= self.purge_threshold {
            self.due.retain(|_, due| *due > now);
            self.purge_threshold = MIN_PURGE_THRESHOLD.max(self.due.len() * 2);
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
    fn a_burst_of_a_minute_is_allowed_and_then_each_command_waits_for_its_share() {
        let (rate, ada) = (CommandRate::new(6), subject(&"ada"));
        let start = DateTime::UNIX_EPOCH;
        for _ in 0..6 {
            assert_eq!(retry_after(&rate.count(&ada, start)), None);
        }
        for _ in 0..3 {
            assert_eq!(retry_after(&rate.count(&ada, start)), Some(10));
        }
        // Other members are not affected.
        assert_eq!(retry_after(&rate.count(&subject(&"grace"), start)), None);
        let later = start + TimeDelta::milliseconds(9_999);
        assert_eq!(retry_after(&rate.count(&ada, later)), Some(1));
        let later = start + TimeDelta::seconds(10);
        assert_eq!(retry_after(&rate.count(&ada, later)), None);
        assert_eq!(retry_after(&rate.count(&ada, later)), Some(10));
        // However long the member was inactive, the burst is no more than a minute's.
        let later = start + TimeDelta::hours(1);
        let accepted = (0..20).filter(|_| rate.count(&ada, later).is_ok());
        assert_eq!(accepted.count(), 6);
    }

    #[test]
    fn inactive_members_are_purged() {
        let (rate, start) = (CommandRate::new(6), DateTime::UNIX_EPOCH);
        for number in 0..MIN_PURGE_THRESHOLD {
            assert_eq!(retry_after(&rate.count(&subject(&number), start)), None);
        }
        let later = start + TimeDelta::minutes(1);
        assert_eq!(retry_after(&rate.count(&subject(&"ada"), later)), None);
        assert_eq!(rate.members.lock().unwrap().due.len(), 1);
    }
}
