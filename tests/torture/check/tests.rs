//! The checker on fabricated evidence, with and without faults in it.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Findings, check};
use crate::{
    evidence::{Acknowledged, Evidence, Letter, Mail},
    kill::{DATABASE, Kill, points},
    progress::Targets,
};

fn second(number: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(number)
}

fn kill(process: &str, point: Option<&'static str>, at: i64) -> Kill {
    Kill {
        process: process.to_owned(),
        point,
        at: second(at),
        until: second(at),
    }
}

fn mail(letter: u128, process: &str, at: i64) -> Mail {
    Mail {
        envelope: Uuid::from_u128(letter),
        name: format!("{letter} at {at}"),
        to: format!("code-{letter}@torture.example"),
        process: process.to_owned(),
        at: second(at),
    }
}

/// Ten sign-in codes that were mailed once each, and every kill point was hit.
fn good() -> Evidence {
    let marks = |letter| {
        vec![
            format!("email.sign-in-code {letter}"),
            format!("idempotency_key {letter}"),
        ]
    };
    Evidence {
        targets: Targets {
            mutations: 10,
            kills: 9,
            hits: 1,
        },
        acknowledged: (0..10)
            .map(|letter| Acknowledged {
                name: "sign-in code",
                marks: marks(letter),
            })
            .collect(),
        found: (0..10).flat_map(marks).collect(),
        letters: (0..10)
            .map(|letter| Letter {
                envelope: Uuid::from_u128(letter),
                kind: "email.sign-in-code".to_owned(),
                to: format!("code-{letter}@torture.example"),
                is_done: true,
                state: Some("SENT".to_owned()),
                marked: Some(format!("{letter} at 100")),
            })
            .collect(),
        mails: (0..10)
            .map(|letter| mail(letter, "worker-1.2", 100))
            .collect(),
        kills: points()
            .map(|point| kill("worker-1.1", Some(point), 50))
            .collect(),
        ..Evidence::default()
    }
}

fn check_with(change: impl FnOnce(&mut Evidence)) -> Findings {
    let mut evidence = good();
    change(&mut evidence);
    check(&evidence)
}

fn assert_reported(findings: &Findings, fault: &str) {
    let reported = findings.faults.iter().any(|it| it.contains(fault));
    assert!(reported, "{fault:?} is not in {:?}", findings.faults);
}

#[test]
fn what_is_right_holds() {
    let findings = check(&good());
    assert!(findings.holds(), "{:?}", findings.faults);
    let line = "10 mutations acknowledged, 30 effects found, lost 0, doubled database effects 0, doubled emails 0 <= \
                kills inside the window 0";
    assert_eq!(findings.to_string(), line);
}

#[test]
fn a_mark_that_is_missing_is_lost() {
    let findings = check_with(|it| it.found.retain(|mark| mark != "idempotency_key 3"));
    assert_eq!((findings.lost, findings.found_effects), (1, 29));
    assert_reported(
        &findings,
        "lost: sign-in code was acknowledged, and there is no `idempotency_key 3`",
    );
}

#[test]
fn a_mail_that_is_missing_is_lost_whatever_is_recorded() {
    let findings = check_with(|it| it.mails.retain(|mail| mail.envelope != Uuid::from_u128(4)));
    assert_eq!((findings.lost, findings.found_effects), (1, 29));
    assert_reported(&findings, "was never mailed; it is recorded as SENT");
}

#[test]
fn a_mark_that_is_there_twice_is_doubled() {
    let findings = check_with(|it| it.found.push("email.sign-in-code 5".to_owned()));
    assert_eq!((findings.lost, findings.doubled_effects), (0, 1));
    assert_reported(
        &findings,
        "doubled: `email.sign-in-code 5` is there 2 times",
    );
}

#[test]
fn a_double_without_a_kill_in_its_window_is_ours() {
    // Another process was killed; or this one, but too early or too late.
    let others = [
        kill("worker-2.1", None, 91),
        kill("worker-1.2", None, 80),
        kill("worker-1.2", None, 99),
    ];
    for other in others {
        let findings = check_with(|it| {
            it.mails.push(mail(6, "worker-1.2", 90));
            it.kills.push(other.clone());
        });
        assert_eq!(
            (findings.doubled_mails, findings.explained_mails),
            (1, 0),
            "{other:?}"
        );
        assert_reported(
            &findings,
            "doubled: 6 at 90 was sent and not marked, and nobody was killed",
        );
        assert!(
            findings
                .to_string()
                .ends_with("doubled emails 1 > kills inside the window 0")
        );
    }
}

#[test]
fn a_double_that_a_kill_explains_is_allowed() {
    let of_database = Kill {
        until: second(93),
        ..kill(DATABASE, None, 89)
    };
    for explained in [kill("worker-1.2", Some("after-effect"), 91), of_database] {
        let findings = check_with(|it| {
            it.mails.push(mail(6, "worker-1.2", 90));
            it.kills.push(explained);
        });
        assert!(findings.holds(), "{:?}", findings.faults);
        assert!(
            findings
                .to_string()
                .ends_with("doubled emails 1 <= kills inside the window 1")
        );
    }
}

#[test]
fn one_kill_does_not_excuse_the_mail_that_was_marked() {
    // Both were sent, one was marked, and the other is the one that was killed.
    let findings = check_with(|it| {
        it.mails.push(mail(6, "worker-2.1", 95));
        it.kills.push(kill("worker-1.2", None, 101));
    });
    assert_reported(&findings, "doubled: 6 at 95 was sent and not marked");
}

#[test]
fn what_may_come_at_most_once_may_be_lost_but_not_doubled() {
    let lost = check_with(|it| {
        it.letters[2].kind = "email.check-in-due".to_owned();
        it.letters[2].state = Some("UNKNOWN".to_owned());
        it.mails.retain(|mail| mail.envelope != Uuid::from_u128(2));
    });
    assert!(lost.holds(), "{:?}", lost.faults);
    let doubled = check_with(|it| {
        it.letters[2].kind = "email.check-in-due".to_owned();
        it.mails.push(mail(2, "worker-1.2", 90));
        it.kills.push(kill("worker-1.2", None, 91));
    });
    assert_reported(&doubled, "may come at most once");
}

#[test]
fn what_is_not_over_in_the_end_is_reported() {
    assert_reported(
        &check_with(|it| it.remaining.unsent = 2),
        "2 rows of the outbox were not sent",
    );
    assert_reported(
        &check_with(|it| it.remaining.undelivered = 1),
        "1 messages were not delivered",
    );
    assert_reported(
        &check_with(|it| it.remaining.dead = 3),
        "3 dead letters are left",
    );
    let sending = check_with(|it| it.letters[1].state = Some("SENDING".to_owned()));
    assert_reported(&sending, "is SENDING in the end");
    assert_reported(
        &check_with(|it| it.letters[1].is_done = false),
        "is SENT in the end",
    );
}

#[test]
fn mails_to_the_wrong_people_are_reported() {
    let stray = check_with(|it| it.mails[1].to = "somebody@torture.example".to_owned());
    assert_reported(&stray, "went to somebody@torture.example");
    let unknown = check_with(|it| it.mails.push(mail(77, "worker-1.2", 90)));
    assert_reported(&unknown, "nobody owed the mail 77 at 90");
}

#[test]
fn a_run_that_was_too_easy_does_not_hold() {
    assert_reported(
        &check_with(|it| it.targets.mutations = 11),
        "only 10 of 11 mutations",
    );
    assert_reported(
        &check_with(|it| it.targets.kills = 10),
        "only 9 of 10 kills",
    );
    let missed = check_with(|it| it.kills[8].point = None);
    assert_reported(&missed, "`before-delete` was hit fewer than 1 times");
}
