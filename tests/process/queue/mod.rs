//! `coach queue`, as an operator types it.

mod operator;
mod sqs;

use coach_domain::queue::MAX_RECEIVES;
use serde_json::{Value, json};

use self::operator::Operator;
use crate::coach::{Dev, folder, port, turn};

/// Nobody takes anything from it while it is paused.
const QUEUE: &str = "webhooks";

const ENVELOPE: &str = "0195a9c6-2e00-7c3a-8b1d-5e4f60718293";

fn envelope() -> String {
    json!({
        "id": ENVELOPE,
        "kind": "webhook.video",
        "version": 1,
        "occurredAt": "2026-03-18T12:00:00Z",
        "payload": { "secret": "of a member" },
    })
    .to_string()
}

/// Puts dead letters there, with these bodies.
fn bury(operator: &Operator, bodies: &[&str]) {
    for body in bodies {
        let sql = format!(
            "INSERT INTO queue_message (queue, body, sent_at, visible_at, receives)
             VALUES ('{QUEUE}', '{body}', now() - interval '1 hour', now() - interval '1 minute', {MAX_RECEIVES})
             RETURNING id::text"
        );
        operator.value(&sql).expect("an id");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story, as an operator lives it")]
fn dead_letters_are_seen_redriven_and_discarded() {
    let _turn = turn();
    let folder = folder();
    let _dev = Dev::start(&folder, port());
    let operator = Operator {
        folder: &folder,
        settings: Vec::new(),
    };

    // Paused, so that what is redriven stays there to be seen.
    let said = operator.says(&["pause", QUEUE, "--actor", "ada"]);
    assert_eq!(
        said,
        "webhooks is paused: it gives out nothing until `coach queue resume webhooks`\n"
    );
    bury(&operator, &[&envelope(), "hello", "three", "four"]);
    let said = operator.says(&["list"]);
    let line = said
        .lines()
        .find(|line| line.starts_with(QUEUE))
        .expect("a line");
    let columns: Vec<_> = line.split_whitespace().take(5).collect();
    assert_eq!(columns, ["webhooks", "0", "-", "0", "4"], "{said}");
    assert!(line.contains("paused since 2"), "{said}");
    assert!(said.contains("\noutbox: "), "{said}");
    assert_eq!(operator.listed(QUEUE)["dead"], 4);
    assert_eq!(operator.listed("email")["pausedSince"], Value::Null);

    // Nothing of members unless that is asked for.
    let said = operator.says(&["show", QUEUE]);
    for part in [
        "webhook.video v1",
        ENVELOPE,
        "not an envelope, 5 bytes",
        "4 of 4 dead letters of webhooks",
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
    assert!(
        !said.contains("of a member") && !said.contains("hello"),
        "{said}"
    );
    let said = operator.says(&["show", QUEUE, "--payload", "--limit", "2"]);
    for part in ["of a member", "hello", "2 of 4 dead letters"] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
    let shown = operator.json(&["show", QUEUE]);
    assert_eq!(shown["dead"], 4);
    let letters = shown["letters"].as_array().expect("letters");
    assert_eq!(letters[0]["envelope"]["id"], ENVELOPE);
    assert_eq!(letters[0]["envelope"]["payload"], Value::Null);
    assert_eq!(letters[1]["envelope"], Value::Null);
    let shown = operator.json(&["show", QUEUE, "--payload"]);
    assert_eq!(
        shown["letters"][0]["envelope"]["payload"]["secret"],
        "of a member"
    );
    assert_eq!(shown["letters"][1]["body"], "hello");
    let ids: Vec<_> = letters
        .iter()
        .map(|letter| letter["id"].as_str().expect("an id"))
        .collect();

    // A dry run changes nothing.
    for (arguments, would) in [
        (
            &["redrive", QUEUE][..],
            "4 dead letters of webhooks would be given back",
        ),
        (
            &["redrive", QUEUE, "--limit", "3"],
            "3 dead letters of webhooks would be given back",
        ),
        (
            &["redrive", QUEUE, "--id", ids[0]],
            "1 dead letter of webhooks would be given back",
        ),
        (
            &["discard", QUEUE, "--all"],
            "4 dead letters of webhooks would be discarded",
        ),
        (
            &["discard", QUEUE, "--id", ids[1]],
            "1 dead letter of webhooks would be discarded",
        ),
        (&["resume", QUEUE], "webhooks, paused since "),
        (&["pause", "email"], "email would be paused"),
    ] {
        let said = operator.says(&[arguments, &["--dry-run"]].concat());
        assert!(said.starts_with(would), "{said}");
        assert!(
            said.ends_with("this was a dry run, nothing is changed\n"),
            "{said}"
        );
    }
    assert_eq!(operator.listed(QUEUE)["dead"], 4);
    assert_eq!(operator.deeds().len(), 1);

    let said = operator.says(&["redrive", QUEUE, "--id", ids[0], "--actor", "ada"]);
    assert_eq!(said, "1 dead letter of webhooks given back, 3 left\n");
    let said = operator.says(&["redrive", QUEUE, "--limit", "1"]);
    assert_eq!(said, "1 dead letter of webhooks given back, 2 left\n");
    let said = operator.says(&["discard", QUEUE, "--id", ids[3], "--actor", "ada"]);
    assert_eq!(said, "1 dead letter of webhooks discarded, 1 left\n");
    let said = operator.says(&["discard", QUEUE, "--all", "--actor", "ada"]);
    assert_eq!(said, "1 dead letter of webhooks discarded, 0 left\n");
    let listed = operator.listed(QUEUE);
    assert_eq!(
        (&listed["dead"], &listed["waiting"]),
        (&json!(0), &json!(2))
    );
    let said = operator.says(&["discard", QUEUE, "--all"]);
    assert_eq!(said, "0 dead letters of webhooks discarded, 0 left\n");

    // Each change is recorded, and by whom.
    let said = operator.says(&["resume", QUEUE, "--actor", "ada"]);
    assert!(
        said.starts_with("webhooks goes on; it was paused since 2"),
        "{said}"
    );
    assert_eq!(
        operator.says(&["resume", QUEUE]),
        "webhooks is not paused\n"
    );
    let deeds = operator.deeds();
    let told: Vec<_> = deeds
        .iter()
        .map(|deed| (deed["action"].as_str().expect("text"), &deed["detail"]))
        .collect();
    assert_eq!(
        told,
        [
            ("queue.pause", &json!({ "queue": QUEUE })),
            (
                "queue.redrive",
                &json!({ "queue": QUEUE, "redriven": 1, "ids": [ids[0]] })
            ),
            (
                "queue.redrive",
                &json!({ "queue": QUEUE, "redriven": 1, "limit": 1 })
            ),
            (
                "queue.discard",
                &json!({
                    "queue": QUEUE,
                    "discarded": 1,
                    "letters": [{ "id": ids[3], "envelope": null, "kind": null }],
                })
            ),
            (
                "queue.discard",
                &json!({
                    "queue": QUEUE,
                    "discarded": 1,
                    "letters": [{ "id": ids[2], "envelope": null, "kind": null }],
                })
            ),
            ("queue.resume", &json!({ "queue": QUEUE })),
        ]
    );
    for (place, deed) in deeds.iter().enumerate() {
        let actor = deed["actor"].as_str().expect("text");
        if place == 2 {
            // Nobody said who.
            assert!(!actor.is_empty() && actor != "ada", "{deed}");
        } else {
            assert_eq!(actor, "ada");
        }
    }
}

#[test]
fn mistakes_are_told_with_what_mends_them() {
    let _turn = turn();
    let folder = folder();
    let operator = Operator {
        folder: &folder,
        settings: Vec::new(),
    };
    for (arguments, expected) in [
        (
            &["show", "emial"][..],
            "possible values: email, email-attachments, email-urgent, live, partner-sync, webhooks",
        ),
        (&["redrive", "events"], "invalid value 'events'"),
        (&["redrive"], "<QUEUE>"),
        (
            &["redrive", "email", "--limit", "0"],
            "0 is not in 1..=10000",
        ),
        (
            &["redrive", "email", "--limit", "5", "--id", "1"],
            "cannot be used with",
        ),
        (&["discard", "email"], "--id <ID>"),
        (
            &["discard", "email", "--all", "--id", "1"],
            "cannot be used with",
        ),
        (&["pause", "email", "--actor", ""], "--actor"),
        (&["list", "--format", "xml"], "possible values: text, json"),
    ] {
        let (code, said, errors) = operator.run(arguments);
        assert_eq!((code, said.as_str()), (2, ""), "{arguments:?}");
        assert!(errors.contains(expected), "{expected} is not in\n{errors}");
    }
    let help = operator.says(&["--help"]);
    for part in [
        "list",
        "show",
        "redrive",
        "discard",
        "pause",
        "resume",
        "COACH_DATABASE_URL",
        "--dry-run",
        "audit",
    ] {
        assert!(help.contains(part), "{part} is not in\n{help}");
    }

    // Nothing to look at.
    let (code, said, errors) = operator.run(&["list"]);
    assert_eq!((code, said.as_str()), (1, ""));
    for part in ["COACH_DATABASE_URL", "coach dev", "COACH_HOME="] {
        assert!(errors.contains(part), "{part} is not in\n{errors}");
    }
    let _dev = Dev::start(&folder, port());
    // One that is not there leaves the others alone too.
    operator.says(&["pause", QUEUE]);
    bury(&operator, &["one"]);
    let id = operator.json(&["show", QUEUE])["letters"][0]["id"].clone();
    let id = id.as_str().expect("an id");
    for verb in ["redrive", "discard"] {
        let (code, said, errors) = operator.run(&[verb, QUEUE, "--id", id, "--id", "987654321"]);
        assert_eq!((code, said.as_str()), (1, ""), "{errors}");
        let expected = "webhooks has no dead letter with the id 987654321; `coach queue show webhooks` lists them";
        assert!(errors.contains(expected), "{errors}");
    }
    assert_eq!(operator.listed(QUEUE)["dead"], 1);
}
