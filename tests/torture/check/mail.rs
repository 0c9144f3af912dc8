//! Letters and their mails. Nothing makes a mail server take a message exactly once: between its acceptance and our
//! mark, a process or the database can die. Each mail that was accepted and not marked has to be explained by a kill
//! just there; anything else is a double of our own making.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use chrono::TimeDelta;
use uuid::Uuid;

use super::Verdict;
use crate::{
    evidence::{Evidence, Letter, Mail},
    kill::{DATABASE, Kill},
    process::DEADLINE,
};

/// Letters that are rather lost than doubled, where a kill leaves it open whether they were sent.
const AT_MOST_ONCE: [&str; 1] = ["email.check-in-due"];

/// How much later than a process's clock says a kill may be noticed.
const NOTICED_WITHIN: Duration = Duration::from_secs(1);

pub(super) fn look_at_letters(verdict: &mut Verdict, evidence: &Evidence) {
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
            verdict.lost += 1;
            lost.push(format!(
                "lost: {kind} {envelope} was never mailed; it is recorded as {state}"
            ));
        } else if !letter.is_done || !over {
            open.push(format!("{kind} {envelope} is {state} in the end"));
        } else {
            verdict.effects += 1;
        }
        if let Some(stray) = copies.iter().find(|mail| mail.to != *to) {
            wrong.push(format!(
                "{kind} {envelope} went to {}, not to {to}",
                stray.to
            ));
        }
        if copies.len() > 1 {
            verdict.doubled_mails += copies.len() - 1;
            if once {
                doubled.push(format!("doubled: {kind} {envelope} may come at most once"));
            }
        }
        let unmarked = copies
            .iter()
            .filter(|mail| letter.marked.as_ref() != Some(&mail.name));
        for mail in unmarked {
            if evidence.kills.iter().any(|kill| caught(kill, mail)) {
                verdict.caught += 1;
            } else {
                doubled.push(format!(
                    "doubled: {} was sent and not marked, and nobody was killed",
                    mail.name
                ));
            }
        }
    }
    let owed: HashSet<Uuid> = evidence.letters.iter().map(|it| it.envelope).collect();
    let strays = evidence
        .mails
        .iter()
        .filter(|mail| !owed.contains(&mail.envelope));
    wrong.extend(strays.map(|mail| format!("nobody owed the mail {}", mail.name)));
    if verdict.doubled_mails > verdict.caught {
        let (mails, caught) = (verdict.doubled_mails, verdict.caught);
        doubled.push(format!(
            "doubled: {mails} mails too many, and kills caught only {caught}"
        ));
    }
    for faults in [lost, open, doubled, wrong] {
        verdict.tell(faults);
    }
}

/// Whether a kill came between the acceptance of a mail and our mark: it hit the process that had sent it, or the
/// database, no later than the work on a message may take.
fn caught(kill: &Kill, mail: &Mail) -> bool {
    let within = TimeDelta::from_std(DEADLINE + NOTICED_WITHIN).unwrap_or_default();
    let hit = kill.process == mail.process || kill.process == DATABASE;
    hit && mail.at <= kill.until && kill.at <= mail.at + within
}
