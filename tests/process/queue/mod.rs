//! `coach queue`, as an operator runs it.

mod operator;
mod sqs;

use coach_domain::queue::MAX_RECEIVES;
use serde_json::{Value, json};

use self::operator::Operator;
use crate::coach::{Dev, folder, port, share_machine};

/// No consumer receives from it while it is paused.
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

/// Inserts dead letters with these bodies.
fn insert_dead_letters(operator: &Operator, bodies: &[&str]) {
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
    let _lock = share_machine();
    let folder = folder();
    let _dev = Dev::start(&folder, port());
    let operator = Operator {
        folder: &folder,
        settings: Vec::new(),
    };

    // Paused, so that redriven messages stay in the queue.
    let stdout = operator.succeed(&["pause", QUEUE, "--actor", "ada"]);
    assert_eq!(
        stdout,
        "webhooks is paused: it gives out nothing until `coach queue resume webhooks`\n"
    );
    insert_dead_letters(&operator, &[&envelope(), "hello", "three", "four"]);
    let stdout = operator.succeed(&["list"]);
    let line = stdout
        .lines()
        .find(|line| line.starts_with(QUEUE))
        .expect("a line");
    let columns: Vec<_> = line.split_whitespace().take(5).collect();
    assert_eq!(columns, ["webhooks", "0", "-", "0", "4"], "{stdout}");
    assert!(line.contains("paused since 2"), "{stdout}");
    assert!(stdout.contains("\noutbox: "), "{stdout}");
    assert_eq!(operator.queue(QUEUE)["dead"], 4);
    assert_eq!(operator.queue("email")["pausedSince"], Value::Null);

    // Payloads are shown only on request.
    let stdout = operator.succeed(&["show", QUEUE]);
    for part in [
        "webhook.video v1",
        ENVELOPE,
        "not an envelope, 5 bytes",
        "4 of 4 dead letters of webhooks",
    ] {
        assert!(stdout.contains(part), "{part} is not in\n{stdout}");
    }
    assert!(
        !stdout.contains("of a member") && !stdout.contains("hello"),
        "{stdout}"
    );
    let stdout = operator.succeed(&["show", QUEUE, "--payload", "--limit", "2"]);
    for part in ["of a member", "hello", "2 of 4 dead letters"] {
        assert!(stdout.contains(part), "{part} is not in\n{stdout}");
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
        let stdout = operator.succeed(&[arguments, &["--dry-run"]].concat());
        assert!(stdout.starts_with(would), "{stdout}");
        assert!(
            stdout.ends_with("this was a dry run, nothing is changed\n"),
            "{stdout}"
        );
    }
    assert_eq!(operator.queue(QUEUE)["dead"], 4);
    assert_eq!(operator.entries().len(), 1);

    let stdout = operator.succeed(&["redrive", QUEUE, "--id", ids[0], "--actor", "ada"]);
    assert_eq!(stdout, "1 dead letter of webhooks given back, 3 left\n");
    let stdout = operator.succeed(&["redrive", QUEUE, "--limit", "1"]);
    assert_eq!(stdout, "1 dead letter of webhooks given back, 2 left\n");
    let stdout = operator.succeed(&["discard", QUEUE, "--id", ids[3], "--actor", "ada"]);
    assert_eq!(stdout, "1 dead letter of webhooks discarded, 1 left\n");
    let stdout = operator.succeed(&["discard", QUEUE, "--all", "--actor", "ada"]);
    assert_eq!(stdout, "1 dead letter of webhooks discarded, 0 left\n");
    let listed = operator.queue(QUEUE);
    assert_eq!(
        (&listed["dead"], &listed["waiting"]),
        (&json!(0), &json!(2))
    );
    let stdout = operator.succeed(&["discard", QUEUE, "--all"]);
    assert_eq!(stdout, "0 dead letters of webhooks discarded, 0 left\n");

    // Each change is in the audit log, with its actor.
    let stdout = operator.succeed(&["resume", QUEUE, "--actor", "ada"]);
    assert!(
        stdout.starts_with("webhooks goes on; it was paused since 2"),
        "{stdout}"
    );
    assert_eq!(
        operator.succeed(&["resume", QUEUE]),
        "webhooks is not paused\n"
    );
    let entries = operator.entries();
    let changes: Vec<_> = entries
        .iter()
        .map(|entry| (entry["action"].as_str().expect("text"), &entry["detail"]))
        .collect();
    assert_eq!(
        changes,
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
    for (index, entry) in entries.iter().enumerate() {
        let actor = entry["actor"].as_str().expect("text");
        if index == 2 {
            // The actor was not given.
            assert!(!actor.is_empty() && actor != "ada", "{entry}");
        } else {
            assert_eq!(actor, "ada");
        }
    }
}

#[test]
fn mistakes_are_reported_with_what_mends_them() {
    let _lock = share_machine();
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
        let (code, stdout, stderr) = operator.run(arguments);
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(stderr.contains(expected), "{expected} is not in\n{stderr}");
    }
    let help = operator.succeed(&["--help"]);
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

    // Without a database.
    let (code, stdout, stderr) = operator.run(&["list"]);
    assert_eq!((code, stdout.as_str()), (1, ""));
    for part in ["COACH_DATABASE_URL", "coach dev", "COACH_HOME="] {
        assert!(stderr.contains(part), "{part} is not in\n{stderr}");
    }
    let _dev = Dev::start(&folder, port());
    // One unknown id prevents the change of all others.
    operator.succeed(&["pause", QUEUE]);
    insert_dead_letters(&operator, &["one"]);
    let id = operator.json(&["show", QUEUE])["letters"][0]["id"].clone();
    let id = id.as_str().expect("an id");
    for verb in ["redrive", "discard"] {
        let (code, stdout, stderr) = operator.run(&[verb, QUEUE, "--id", id, "--id", "987654321"]);
        assert_eq!((code, stdout.as_str()), (1, ""), "{stderr}");
        let expected = "webhooks has no dead letter with the id 987654321; `coach queue show webhooks` lists them";
        assert!(stderr.contains(expected), "{stderr}");
    }
    assert_eq!(operator.queue(QUEUE)["dead"], 1);
}
