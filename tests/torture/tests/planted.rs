//! A short run without kills in which a message is really lost and another one really doubled.

use std::{fs, sync::Arc};

use super::Fixture;
use crate::{
    check::check,
    cli::Queue,
    fleet::Fleet,
    process::Kind,
    progress::Targets,
    run::{Run, slots},
};

const TARGETS: Targets = Targets {
    mutations: 60,
    kills: 0,
    hits: 0,
};

/// Deletes a row of the outbox before the relay has seen it.
const LOSS: &str = "
    DELETE FROM outbox
    WHERE id = (SELECT id FROM outbox WHERE queue = 'email-urgent' ORDER BY sequence LIMIT 1)";

/// Inserts the same message twice, as a command would that ran twice.
const DOUBLE: &str = "
    INSERT INTO outbox (id, queue, partition, envelope, created_at)
    SELECT again, queue, partition, jsonb_set(envelope::jsonb, '{id}', to_jsonb(again))::text, created_at
    FROM (SELECT * FROM outbox WHERE queue = 'email-urgent' ORDER BY sequence DESC LIMIT 1) AS owed,
         gen_random_uuid() AS again";

#[tokio::test(flavor = "multi_thread")]
async fn a_real_loss_and_a_real_double_are_noticed() {
    let fixture = Fixture::start().await;
    let run = Run::prepare(
        &fixture.postgres,
        &fixture.home,
        TARGETS,
        Queue::Postgres,
        60,
    )
    .await
    .unwrap();
    let gateway = slots(&[Kind::Gateway]).unwrap();
    let start =
        |slots| Fleet::start(&run.environment, slots, Arc::clone(&run.progress), None).unwrap();
    // Without a worker, nothing is relayed yet: everything that is enqueued waits.
    let serving = start(&gateway);
    let acknowledged = run.send(&gateway).await.unwrap();
    serving.stop().await.unwrap();
    run.database.execute(LOSS).await.unwrap();
    run.database.execute(DOUBLE).await.unwrap();
    let worker = slots(&[Kind::Worker]).unwrap();
    let working = start(&worker);
    run.drain().await.unwrap();
    working.stop().await.unwrap();

    let evidence = run.collect(acknowledged.clone()).await.unwrap();
    let findings = check(&evidence);
    assert_eq!(
        (
            findings.lost,
            findings.doubled_effects,
            findings.doubled_mails
        ),
        (1, 1, 0),
        "{findings:?}"
    );
    assert_eq!(findings.faults.len(), 2, "{findings:?}");
    let reported = |fault: &str| findings.faults.iter().any(|it| it.contains(fault));
    assert!(reported("lost: email.sign-in-code"), "{findings:?}");
    assert!(reported("doubled: `email.sign-in-code"), "{findings:?}");

    // A mail that is missing from its folder, and another one that is there twice.
    let mails = run.environment.mail().join("worker-1.1");
    let mut files: Vec<_> = fs::read_dir(&mails)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort_unstable();
    fs::remove_file(&files[3]).unwrap();
    let copy = files[7].to_str().unwrap().replace("-1.eml", "-2.eml");
    fs::copy(&files[7], copy).unwrap();
    let findings = check(&run.collect(acknowledged).await.unwrap());
    assert_eq!(
        (
            findings.lost,
            findings.doubled_effects,
            findings.doubled_mails
        ),
        (2, 1, 1),
        "{findings:?}"
    );
    let unmarked = "was sent and not marked, and nobody was killed";
    assert!(
        findings.faults.iter().any(|it| it.contains(unmarked)),
        "{findings:?}"
    );
}
