//! The checker, which evaluates the evidence. It is a pure function, so that tests can show that it notices losses and
//! duplicates.

mod mail;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, fmt};

use crate::{
    evidence::{AfterRun, Evidence, Remaining},
    progress::missed,
};

/// How many faults of each kind are reported one by one.
const MAX_REPORTED: usize = 10;

/// The result of a check.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    /// Mutations that were acknowledged to clients.
    pub(crate) acknowledged: usize,
    /// The marks of these mutations in the database, and the mails of all enqueued letters.
    pub(crate) found_effects: usize,
    /// Marks and mails that are missing.
    pub(crate) lost: usize,
    /// Copies of marks beyond the first.
    pub(crate) doubled_effects: usize,
    /// Mails of a letter beyond the first.
    pub(crate) doubled_mails: usize,
    /// Mails that were not recorded as sent, and a kill explains why.
    pub(crate) explained_mails: usize,
    /// Descriptions of everything that is wrong.
    pub(crate) faults: Vec<String>,
}

/// Checks all evidence of a run.
pub(crate) fn check(evidence: &Evidence) -> Findings {
    let mut findings = Findings {
        acknowledged: evidence.acknowledged.len(),
        ..Findings::default()
    };
    findings.check_marks(evidence);
    mail::check_letters(&mut findings, evidence);
    findings.check_final_state(evidence);
    findings
}

impl Findings {
    /// Whether nothing is wrong.
    pub(crate) fn holds(&self) -> bool {
        self.faults.is_empty()
    }

    fn check_marks(&mut self, evidence: &Evidence) {
        let mut found: HashMap<&str, usize> = HashMap::new();
        for mark in &evidence.found {
            *found.entry(mark).or_default() += 1;
        }
        let mut lost = Vec::new();
        for done in &evidence.acknowledged {
            for mark in &done.marks {
                if found.contains_key(mark.as_str()) {
                    self.found_effects += 1;
                } else {
                    lost.push(format!(
                        "lost: {} was acknowledged, and there is no `{mark}`",
                        done.name
                    ));
                }
            }
        }
        self.lost += lost.len();
        self.report(lost);
        let mut doubled: Vec<_> = found.iter().filter(|(_, count)| **count > 1).collect();
        doubled.sort_unstable();
        self.doubled_effects += doubled.iter().map(|(_, count)| **count - 1).sum::<usize>();
        let doubled = doubled.iter();
        self.report(
            doubled.map(|(mark, count)| format!("doubled: `{mark}` is there {count} times")),
        );
    }

    fn check_final_state(&mut self, evidence: &Evidence) {
        let Remaining {
            unsent,
            undelivered,
            dead,
        } = evidence.remaining;
        let remaining = [
            (unsent, "rows of the outbox were not sent"),
            (undelivered, "messages were not delivered"),
            (dead, "dead letters are left"),
        ];
        let remaining = remaining.into_iter().filter(|(count, _)| *count > 0);
        self.report(remaining.map(|(count, what)| format!("{count} {what}")));
        let AfterRun { errors, open } = evidence.after;
        let after = [
            (u64::from(errors), "requests failed after the last fault"),
            (open, "transactions are open that nobody works on"),
        ];
        let after = after.into_iter().filter(|(count, _)| *count > 0);
        self.report(after.map(|(count, what)| format!("{count} {what}")));
        let targets = evidence.targets;
        let enough = [
            (self.acknowledged, targets.mutations, "mutations"),
            (evidence.kills.len(), targets.kills, "kills"),
        ];
        for (count, target, what) in enough {
            if u32::try_from(count).is_ok_and(|count| count < target) {
                self.report([format!("only {count} of {target} {what}")]);
            }
        }
        let missed = missed(&evidence.kills, targets.hits).into_iter();
        self.report(
            missed.map(|point| format!("`{point}` was hit fewer than {} times", targets.hits)),
        );
    }

    /// Adds faults of one kind; of more than [`MAX_REPORTED`], the others are only counted.
    fn report(&mut self, faults: impl IntoIterator<Item = String>) {
        let mut faults = faults.into_iter();
        self.faults.extend(faults.by_ref().take(MAX_REPORTED));
        let more = faults.count();
        if more > 0 {
            self.faults.push(format!("and {more} more of these"));
        }
    }
}

/// The summary line of a run.
impl fmt::Display for Findings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            acknowledged,
            found_effects,
            lost,
            doubled_effects,
            doubled_mails,
            explained_mails,
            ..
        } = self;
        let than = if doubled_mails <= explained_mails {
            "<="
        } else {
            ">"
        };
        write!(
            formatter,
            "{acknowledged} mutations acknowledged, {found_effects} effects found, lost {lost}, doubled database effects \
             {doubled_effects}, doubled emails {doubled_mails} {than} kills inside the window {explained_mails}"
        )
    }
}
