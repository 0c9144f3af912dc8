//! The checker: what the evidence comes to. A pure function, so that it can be shown to notice what it is there for.

mod mail;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, fmt};

use crate::{
    evidence::{After, Evidence, Left},
    progress::missed,
};

/// How many of each kind of fault are told in words.
const TOLD: usize = 10;

/// What it comes to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verdict {
    /// Mutations that phones were told to be done.
    pub(crate) acknowledged: usize,
    /// Their marks in the database, and the mails of all letters that were owed.
    pub(crate) effects: usize,
    /// Those of them that are not there.
    pub(crate) lost: usize,
    /// Marks that are there more often than once.
    pub(crate) doubled_effects: usize,
    /// Mails of a letter beyond the first.
    pub(crate) doubled_mails: usize,
    /// Mails that a kill caught between their acceptance and our mark.
    pub(crate) caught: usize,
    /// All that is wrong, in words.
    pub(crate) faults: Vec<String>,
}

/// Looks at everything.
pub(crate) fn check(evidence: &Evidence) -> Verdict {
    let mut verdict = Verdict {
        acknowledged: evidence.acknowledged.len(),
        ..Verdict::default()
    };
    verdict.look_at_marks(evidence);
    mail::look_at_letters(&mut verdict, evidence);
    verdict.look_at_the_end(evidence);
    verdict
}

impl Verdict {
    /// Whether nothing is wrong.
    pub(crate) fn holds(&self) -> bool {
        self.faults.is_empty()
    }

    fn look_at_marks(&mut self, evidence: &Evidence) {
        let mut found: HashMap<&str, usize> = HashMap::new();
        for mark in &evidence.found {
            *found.entry(mark).or_default() += 1;
        }
        let mut lost = Vec::new();
        for done in &evidence.acknowledged {
            for mark in &done.marks {
                if found.contains_key(mark.as_str()) {
                    self.effects += 1;
                } else {
                    lost.push(format!(
                        "lost: {} was acknowledged, and there is no `{mark}`",
                        done.name
                    ));
                }
            }
        }
        self.lost += lost.len();
        self.tell(lost);
        let mut doubled: Vec<_> = found.iter().filter(|(_, count)| **count > 1).collect();
        doubled.sort_unstable();
        self.doubled_effects += doubled.iter().map(|(_, count)| **count - 1).sum::<usize>();
        let doubled = doubled.iter();
        self.tell(doubled.map(|(mark, count)| format!("doubled: `{mark}` is there {count} times")));
    }

    fn look_at_the_end(&mut self, evidence: &Evidence) {
        let Left {
            unsent,
            undelivered,
            dead,
        } = evidence.left;
        let left = [
            (unsent, "rows of the outbox were not sent"),
            (undelivered, "messages were not delivered"),
            (dead, "dead letters are left"),
        ];
        let left = left.into_iter().filter(|(count, _)| *count > 0);
        self.tell(left.map(|(count, what)| format!("{count} {what}")));
        let After { errors, open } = evidence.after;
        let after = [
            (u64::from(errors), "requests failed after the last fault"),
            (open, "transactions are open that nobody works on"),
        ];
        let after = after.into_iter().filter(|(count, _)| *count > 0);
        self.tell(after.map(|(count, what)| format!("{count} {what}")));
        let wanted = evidence.wanted;
        let enough = [
            (self.acknowledged, wanted.mutations, "mutations"),
            (evidence.kills.len(), wanted.kills, "kills"),
        ];
        for (count, wanted, what) in enough {
            if u32::try_from(count).is_ok_and(|count| count < wanted) {
                self.tell([format!("only {count} of {wanted} {what}")]);
            }
        }
        let missed = missed(&evidence.kills, wanted.hits).into_iter();
        self.tell(
            missed.map(|point| format!("`{point}` was hit fewer than {} times", wanted.hits)),
        );
    }

    /// Notes what is wrong; of very much of one kind only some.
    fn tell(&mut self, faults: impl IntoIterator<Item = String>) {
        let mut faults = faults.into_iter();
        self.faults.extend(faults.by_ref().take(TOLD));
        let more = faults.count();
        if more > 0 {
            self.faults.push(format!("and {more} more of these"));
        }
    }
}

/// The line that a campaign is about.
impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            acknowledged,
            effects,
            lost,
            doubled_effects,
            doubled_mails,
            caught,
            ..
        } = self;
        let than = if doubled_mails <= caught { "<=" } else { ">" };
        write!(
            formatter,
            "{acknowledged} mutations acknowledged, {effects} effects found, lost {lost}, doubled database effects \
             {doubled_effects}, doubled emails {doubled_mails} {than} kills inside the window {caught}"
        )
    }
}
