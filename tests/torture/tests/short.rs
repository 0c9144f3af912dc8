//! A thousand mutations with every named point hit twice, and what the checker reports when something is removed from
//! the evidence of that run or added to it.

use clap::Parser as _;
use tokio::time::Instant;
use uuid::Uuid;

use super::Fixture;
use crate::{
    check::{Findings, check},
    cli::Options,
    evidence::Evidence,
    report::Report,
    run::run,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_mutations_survive_and_a_plant_is_noticed() {
    let fixture = Fixture::start().await;
    let options = "coach-torture --mutations 1000 --kills 40 --outage 5".split(' ');
    let options = Options::parse_from(options);
    let started = Instant::now();
    let (evidence, notes) = run(&fixture.postgres, &fixture.home, &options, 1)
        .await
        .unwrap();
    let report = Report::new(1, &evidence, notes, started.elapsed());
    println!("{report}");
    assert!(report.holds(), "{report}");
    loss_of_a_mark(&evidence);
    loss_of_a_mail(&evidence);
    double_of_a_mark(&evidence);
    double_of_a_mail(&evidence);
}

fn check_with(evidence: &Evidence, change: impl FnOnce(&mut Evidence)) -> Findings {
    let mut evidence = evidence.clone();
    change(&mut evidence);
    let findings = check(&evidence);
    assert!(!findings.holds());
    findings
}

fn loss_of_a_mark(evidence: &Evidence) {
    for mark in &evidence.acknowledged[17].marks {
        let findings = check_with(evidence, |it| it.found.retain(|found| found != mark));
        assert_eq!((findings.lost, findings.faults.len()), (1, 1), "{mark}");
        assert!(
            findings.faults[0].ends_with(&format!("there is no `{mark}`")),
            "{findings:?}"
        );
    }
}

/// A letter that was sent, and whose kind may be neither lost nor doubled.
fn sent_letter(evidence: &Evidence) -> Uuid {
    let mut letters = evidence.letters.iter().filter(|letter| {
        letter.state.as_deref() == Some("SENT") && letter.kind != "email.check-in-due"
    });
    letters.nth(17).expect("many were sent").envelope
}

fn loss_of_a_mail(evidence: &Evidence) {
    let envelope = sent_letter(evidence);
    let findings = check_with(evidence, |it| {
        it.mails.retain(|mail| mail.envelope != envelope);
    });
    assert_eq!(
        (findings.lost, findings.faults.len()),
        (1, 1),
        "{findings:?}"
    );
    assert!(
        findings.faults[0].contains("was never mailed"),
        "{findings:?}"
    );
}

fn double_of_a_mark(evidence: &Evidence) {
    let mark = evidence.acknowledged[17].marks[0].clone();
    let findings = check_with(evidence, |it| it.found.push(mark.clone()));
    let doubled = format!("doubled: `{mark}` is there 2 times");
    assert_eq!(
        (findings.doubled_effects, findings.faults),
        (1, vec![doubled])
    );
}

fn double_of_a_mail(evidence: &Evidence) {
    // Sent by a process that was not killed.
    let envelope = sent_letter(evidence);
    let mut mails = evidence.mails.iter();
    let mail = mails.find(|mail| mail.envelope == envelope);
    let mut again = mail.expect("its mail").clone();
    again.name = format!("{}-again", Uuid::nil());
    again.process = "worker-9.1".to_owned();
    // Postgres was not killed at that time either.
    again.at -= chrono::TimeDelta::hours(1);
    let before = check(evidence).doubled_mails;
    let findings = check_with(evidence, |it| it.mails.push(again));
    assert_eq!(findings.doubled_mails, before + 1);
    assert!(
        findings.faults[0].contains("sent and not marked, and nobody was killed"),
        "{findings:?}"
    );
}
