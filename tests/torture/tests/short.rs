//! A thousand mutations with every named point hit twice, and what the checker says of the evidence of such a run when
//! something is taken out of it or put into it.

use clap::Parser as _;
use tokio::time::Instant;
use uuid::Uuid;

use super::Stage;
use crate::{
    check::{Verdict, check},
    cli::Options,
    evidence::Evidence,
    report::Report,
    run::run,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_mutations_survive_and_a_plant_is_noticed() {
    let stage = Stage::set().await;
    let options = "coach-torture --mutations 1000 --kills 40 --outage 5".split(' ');
    let options = Options::parse_from(options);
    let begun = Instant::now();
    let (evidence, notes) = run(&stage.postgres, &stage.home, &options, 1)
        .await
        .unwrap();
    let report = Report::new(1, &evidence, notes, begun.elapsed());
    println!("{report}");
    assert!(report.holds(), "{report}");
    loss_of_a_mark(&evidence);
    loss_of_a_mail(&evidence);
    double_of_a_mark(&evidence);
    double_of_a_mail(&evidence);
}

fn spoilt(evidence: &Evidence, spoil: impl FnOnce(&mut Evidence)) -> Verdict {
    let mut evidence = evidence.clone();
    spoil(&mut evidence);
    let verdict = check(&evidence);
    assert!(!verdict.holds());
    verdict
}

fn loss_of_a_mark(evidence: &Evidence) {
    for mark in &evidence.acknowledged[17].marks {
        let verdict = spoilt(evidence, |it| it.found.retain(|found| found != mark));
        assert_eq!((verdict.lost, verdict.faults.len()), (1, 1), "{mark}");
        assert!(
            verdict.faults[0].ends_with(&format!("there is no `{mark}`")),
            "{verdict:?}"
        );
    }
}

/// A letter that was sent, and of which every loss and every double counts: not one of those that may rather be lost.
fn sent_letter(evidence: &Evidence) -> Uuid {
    let mut letters = evidence.letters.iter().filter(|letter| {
        letter.state.as_deref() == Some("SENT") && letter.kind != "email.check-in-due"
    });
    letters.nth(17).expect("many were sent").envelope
}

fn loss_of_a_mail(evidence: &Evidence) {
    let envelope = sent_letter(evidence);
    let verdict = spoilt(evidence, |it| {
        it.mails.retain(|mail| mail.envelope != envelope);
    });
    assert_eq!((verdict.lost, verdict.faults.len()), (1, 1), "{verdict:?}");
    assert!(
        verdict.faults[0].contains("was never mailed"),
        "{verdict:?}"
    );
}

fn double_of_a_mark(evidence: &Evidence) {
    let mark = evidence.acknowledged[17].marks[0].clone();
    let verdict = spoilt(evidence, |it| it.found.push(mark.clone()));
    let doubled = format!("doubled: `{mark}` is there 2 times");
    assert_eq!(
        (verdict.doubled_effects, verdict.faults),
        (1, vec![doubled])
    );
}

fn double_of_a_mail(evidence: &Evidence) {
    // By a process that nobody killed.
    let envelope = sent_letter(evidence);
    let mut mails = evidence.mails.iter();
    let mail = mails.find(|mail| mail.envelope == envelope);
    let mut again = mail.expect("its mail").clone();
    again.name = format!("{}-again", Uuid::nil());
    again.process = "worker-9.1".to_owned();
    // Nor was Postgres just then.
    again.at -= chrono::TimeDelta::hours(1);
    let before = check(evidence).doubled_mails;
    let verdict = spoilt(evidence, |it| it.mails.push(again));
    assert_eq!(verdict.doubled_mails, before + 1);
    assert!(
        verdict.faults[0].contains("sent and not marked, and nobody was killed"),
        "{verdict:?}"
    );
}
