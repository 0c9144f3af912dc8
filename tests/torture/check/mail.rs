//! Checks letters and their mails. Exactly-once delivery to a mail server is impossible: between the acceptance of a
//! mail and its record as sent, a process or the database can die. Each mail that was accepted and not recorded must be
//! explained by a kill at that time; any other duplicate is a bug.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use chrono::TimeDelta;
use uuid::Uuid;

use super::Findings;
use crate::{
    evidence::{Evidence, Letter, Mail},
    kill::{DATABASE, Kill},
    process::DEADLINE,
};

/// Kinds of letters that are rather lost than doubled when a kill leaves it open whether they were sent.
const AT_MOST_ONCE: [&str; 1] = ["email.check-in-due"];

/// How much later a kill may be recorded than it happened.
const MAX_DETECTION_DELAY: Duration = Duration::from_secs(1);

pub(super) fn check_letters(findings: &mut Findings, evidence: &Evidence) {
    let mut mails: HashMap<Uuid, Vec<&Mail>> = HashMap::new();
    for mail in &evidence.mails {
        mails.entry(mail.envelope).or_default().push(mail);
    }
    let (mut lost, mut open, mut doubled, mut wrong) = (vec![], vec![], vec![], vec![]);
    for letter in &evidence.letters {
        let Letter {
            envelope, kind, to, ..
        } = letter;
        let copies = mails.get(envelope).map_or(&[][..], Vec::as_slice);
        let state = letter.state.as_deref().unwrap_or("nothing");
        let once = AT_MOST_ONCE.contains(&kind.as_str());
        let over = state == "SENT" || once && state == "UNKNOWN";
        if copies.is_empty() && !(once && state == "UNKNOWN") {
            findings.lost += 1;
            lost.push(format!(
                "lost: {kind} {envelope} was never mailed; it is recorded as {state}"
            ));
        } else if !letter.is_done || !over {
            open.push(format!("{kind} {envelope} is {state} in the end"));
        } else {
            findings.found_effects += 1;
        }
        if let Some(stray) = copies.iter().find(|mail| mail.to != *to) {
            wrong.push(format!(
                "{kind} {envelope} went to {}, not to {to}",
                stray.to
            ));
        }
        if copies.len() > 1 {
            findings.doubled_mails += copies.len() - 1;
            if once {
                doubled.push(format!("doubled: {kind} {envelope} may come at most once"));
            }
        }
        let unmarked = copies
            .iter()
            .filter(|mail| letter.marked.as_ref() != Some(&mail.name));
        for mail in unmarked {
            if evidence.kills.iter().any(|kill| explains(kill, mail)) {
                findings.explained_mails += 1;
            } else {
                doubled.push(format!(
                    "doubled: {} was sent and not marked, and nobody was killed",
                    mail.name
                ));
            }
        }
    }
    let known: HashSet<Uuid> = evidence.letters.iter().map(|it| it.envelope).collect();
    let strays = evidence
        .mails
        .iter()
        .filter(|mail| !known.contains(&mail.envelope));
    wrong.extend(strays.map(|mail| format!("nobody owed the mail {}", mail.name)));
    if findings.doubled_mails > findings.explained_mails {
        let (mails, explained_mails) = (findings.doubled_mails, findings.explained_mails);
        doubled.push(format!(
            "doubled: {mails} mails too many, and kills caught only {explained_mails}"
        ));
    }
    for faults in [lost, open, doubled, wrong] {
        findings.report(faults);
    }
}

/// Whether a kill can have come between the acceptance of a mail and its record as sent: it hit the process that had
/// sent the mail, or the database, before the processing deadline of the message.
fn explains(kill: &Kill, mail: &Mail) -> bool {
    let window = TimeDelta::from_std(DEADLINE + MAX_DETECTION_DELAY).unwrap_or_default();
    let hit = kill.process == mail.process || kill.process == DATABASE;
    hit && mail.at <= kill.until && kill.at <= mail.at + window
}
