//! `coach doctor`: each fault is named with what mends it.

mod database;
mod outside;
mod queues;
mod run;

use serde_json::json;

use self::run::{Doctor, FAST};
use crate::coach::{Dev, folder, operator, port, share_machine};

#[test]
fn a_healthy_coach_dev_passes() {
    let _lock = share_machine();
    let dev = Dev::start(&folder(), port());
    dev.wait_for_status_file();
    let listen = format!("127.0.0.1:{}", dev.port);
    // Its database is found by its folder, whatever the shell's variables say.
    let mut command = operator(&dev.folder);
    command
        .env("COACH_LISTEN", &listen)
        .args(["doctor", "--format", "json"]);
    let report = run::report(command);
    assert_eq!(report.code, 0, "{report}");
    for name in [
        "settings",
        "database",
        "database: pooler",
        "database: migrations",
        "database: content",
        "database: connections",
        "database: rights of a gateway",
        "database: rights of a worker",
        "objects: read",
        "CDN",
        "clock: database",
    ] {
        assert_eq!(report.outcome(name), "ok", "{name}: {report}");
    }
    for (name, reason) in [
        ("queues", "tables of the database"),
        ("objects: write", "without --write"),
        ("mail: transport", "stays on this machine"),
        ("identity provider: keys", "`coach dev` is an issuer itself"),
        ("telemetry", "no endpoint is set"),
    ] {
        assert_eq!(report.outcome(name), "skipped", "{name}: {report}");
        assert!(report.note(name).contains(reason), "{name}: {report}");
    }

    // The same database as that of a deployment, as text.
    let url = coach_dev::running_url(&dev.folder.join("home"), "coach").expect("coach dev runs");
    let doctor = Doctor::new(&dev.folder)
        .set("COACH_DATABASE_URL", &url)
        .set("COACH_LISTEN", &listen)
        .set("COACH_AUTH_LOCAL", "yes");
    let (code, text) = doctor.text(&["--write"]);
    assert_eq!(code, 0, "{text}");
    for line in [
        "ok       settings ",
        "ok       objects: write ",
        "warning  identity provider: keys",
        "  warning: COACH_AUTH_LOCAL=yes: ",
        "     mend: in production, set COACH_AUTH_ISSUER",
        "warning  mail: unsubscribing",
        "     mend: set COACH_MAIL_UNSUBSCRIBE_URL=https://API/unsubscribe",
        "skipped  queues ",
    ] {
        assert!(
            text.lines().any(|it| it.starts_with(line)),
            "{line}\n{text}"
        );
    }
    let last = text.lines().last().expect("a line");
    assert!(
        last.contains(" checks for all: ") && last.contains(" 0 with problems, "),
        "{text}"
    );
    let worker = doctor.json(&["--role", "worker"]);
    assert_eq!((worker.code, &worker.value["role"]), (0, &json!("worker")));
    assert_eq!(worker.outcome("CDN"), "skipped", "{worker}");
}

#[test]
fn all_mistakes_in_the_settings_are_named_at_once() {
    let folder = folder();
    let doctor = Doctor::new(&folder)
        .set("COACH_LIMIT_DEPHT", "7")
        .set("COACH_TIMEOUT_STATEMENT", "5")
        .set("COACH_MAIL", "ses")
        .set("COACH_WEBHOOK_STANDARD_SECRETS", "hunter2")
        .set(
            "COACH_MAIL_UNSUBSCRIBE_URL",
            "https://api.coach.example/unsubscribe",
        );
    let report = doctor.json(FAST);
    assert_eq!(report.code, 1);
    for (what, mend) in [
        (
            "COACH_LIMIT_DEPHT",
            "rename COACH_LIMIT_DEPHT to COACH_LIMIT_DEPTH",
        ),
        (
            "COACH_TIMEOUT_STATEMENT = `5`",
            "correct COACH_TIMEOUT_STATEMENT",
        ),
        ("COACH_MAIL_FROM", "set COACH_MAIL_FROM"),
        ("COACH_MAIL_APP_URL", "set COACH_MAIL_APP_URL"),
        ("COACH_MAIL_IMPRINT", "set COACH_MAIL_IMPRINT"),
        (
            "set mail_unsubscribe_key too",
            "correct COACH_MAIL_UNSUBSCRIBE_URL",
        ),
        (
            "COACH_WEBHOOK_STANDARD_SECRETS",
            "correct COACH_WEBHOOK_STANDARD_SECRETS",
        ),
        ("COACH_DATABASE_URL must be set", "set COACH_DATABASE_URL"),
        ("COACH_AUTH_ISSUER must be set", "COACH_AUTH_AUDIENCE"),
    ] {
        report.assert_finding("settings", "problem", what, mend);
    }
    // The others run, as far as they can.
    assert_eq!(report.outcome("mail: transport"), "skipped", "{report}");
    assert!(
        report
            .note("mail: transport")
            .contains("has to be mended first")
    );
    assert!(!report.to_string().contains("hunter2"), "{report}");

    // A start and `coach check-config` list them all, too.
    for (verb, count) in [("serve", 9), ("check-config", 7)] {
        let (code, text) = doctor.coach(&[verb]);
        assert_eq!(code, 1);
        let first =
            format!("coach: there are {count} mistakes in the settings:\n  COACH_LIMIT_DEPHT ");
        assert!(text.starts_with(&first), "{text}");
        assert_eq!(text.lines().count(), count + 1, "{text}");
    }
    assert_eq!(doctor.coach(&["doctor", "--role", "nurse"]).0, 2);
}
