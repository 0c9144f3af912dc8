//! A short run without kills in which something is really lost and really doubled.

use std::{fs, sync::Arc};

use super::Stage;
use crate::{
    check::check,
    cli::Queue,
    fleet::Fleet,
    process::Kind,
    progress::Wanted,
    run::{Run, slots},
};

const WANTED: Wanted = Wanted {
    mutations: 60,
    kills: 0,
    hits: 0,
};

/// As the relay would see it: what was owed is not there any more.
const LOSS: &str = "
    DELETE FROM outbox
    WHERE id = (SELECT id FROM outbox WHERE queue = 'email-urgent' ORDER BY sequence LIMIT 1)";

/// As a command would do it that ran twice.
const DOUBLE: &str = "
    INSERT INTO outbox (id, queue, partition, envelope, created_at)
    SELECT again, queue, partition, jsonb_set(envelope::jsonb, '{id}', to_jsonb(again))::text, created_at
    FROM (SELECT * FROM outbox WHERE queue = 'email-urgent' ORDER BY sequence DESC LIMIT 1) AS owed,
         gen_random_uuid() AS again";

#[tokio::test(flavor = "multi_thread")]
async fn a_real_loss_and_a_real_double_are_noticed() {
    let stage = Stage::set().await;
    let run = Run::prepare(&stage.postgres, &stage.home, WANTED, Queue::Postgres, 60)
        .await
        .unwrap();
    let gateway = slots(&[Kind::Gateway]).unwrap();
    let start =
        |slots| Fleet::start(&run.surroundings, slots, Arc::clone(&run.progress), None).unwrap();
    // Nobody relays yet: everything that is owed waits.
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
    let verdict = check(&evidence);
    assert_eq!(
        (verdict.lost, verdict.doubled_effects, verdict.doubled_mails),
        (1, 1, 0),
        "{verdict:?}"
    );
    assert_eq!(verdict.faults.len(), 2, "{verdict:?}");
    let told = |fault: &str| verdict.faults.iter().any(|it| it.contains(fault));
    assert!(told("lost: email.sign-in-code"), "{verdict:?}");
    assert!(told("doubled: `email.sign-in-code"), "{verdict:?}");

    // A mail that is gone from its folder, and another one that is there twice.
    let mails = run.surroundings.mail().join("worker-1.1");
    let mut files: Vec<_> = fs::read_dir(&mails)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort_unstable();
    fs::remove_file(&files[3]).unwrap();
    let copy = files[7].to_str().unwrap().replace("-1.eml", "-2.eml");
    fs::copy(&files[7], copy).unwrap();
    let verdict = check(&run.collect(acknowledged).await.unwrap());
    assert_eq!(
        (verdict.lost, verdict.doubled_effects, verdict.doubled_mails),
        (2, 1, 1),
        "{verdict:?}"
    );
    let unmarked = "was sent and not marked, and nobody was killed";
    assert!(
        verdict.faults.iter().any(|it| it.contains(unmarked)),
        "{verdict:?}"
    );
}
