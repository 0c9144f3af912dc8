//! `coach probe` against `coach dev`.

use std::{fs, path::Path};

use coach_tests::{
    member::{CHEN, MAYA, UNREGISTERED},
    wait_for,
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::coach::{Dev, folder, operator, port, share_machine};

const JOURNEYS: [&str; 5] = ["today", "workout", "check-in", "purchase", "live"];

/// Exit code, standard output and standard error.
type Output = (i32, String, String);

fn run(folder: &Path, token: &str, arguments: &[&str]) -> Output {
    let mut command = operator(folder);
    command.arg("probe").args(arguments);
    if !token.is_empty() {
        command.env("COACH_PROBE_TOKEN", token);
    }
    let output = command.output().expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    let code = output.status.code().expect("a code");
    (code, text(output.stdout), text(output.stderr))
}

/// The exit code, and each journey's name, outcome and reason.
fn probe(dev: &Dev, token: &str, more: &[&str]) -> (i32, Vec<(String, String, String)>) {
    let arguments = [&[&*dev.base, "--format", "json"], more].concat();
    let (code, stdout, stderr) = run(&dev.folder, token, &arguments);
    let report: Value =
        serde_json::from_str(&stdout).unwrap_or_else(|_| panic!("{stdout}{stderr}"));
    assert_eq!(report["ok"], json!(code == 0));
    let journeys = report["journeys"].as_array().expect("journeys").iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let journeys = journeys.map(|it| {
        assert!(it["seconds"].as_f64().is_some_and(|seconds| seconds >= 0.0));
        (text(&it["name"]), text(&it["outcome"]), text(&it["reason"]))
    });
    (code, journeys.collect())
}

fn outcomes(journeys: &[(String, String, String)]) -> Vec<(&str, &str)> {
    let pairs = journeys.iter();
    pairs
        .map(|(name, outcome, _)| (&**name, &**outcome))
        .collect()
}

fn completions(dev: &Dev) -> i64 {
    dev.sql("SELECT count(*) FROM workout_completion")
}

fn start() -> Dev {
    let dev = Dev::start(&folder(), port());
    dev.wait_for_status_file();
    dev
}

#[test]
fn a_healthy_service_passes_and_is_left_as_it_was() {
    let _lock = share_machine();
    let dev = start();
    let token = dev.token();
    let before = completions(&dev);
    let metrics = dev.folder.join("coach_probe.prom");
    let path = metrics.to_str().expect("UTF-8");
    for _ in 0..2 {
        let (code, journeys) = probe(&dev, &token, &["--metrics", path]);
        assert_eq!(code, 0, "{journeys:#?}");
        assert_eq!(
            outcomes(&journeys),
            [
                ("today", "ok"),
                ("workout", "ok"),
                ("check-in", "skipped"),
                ("purchase", "ok"),
                ("live", "ok"),
            ],
            "{journeys:#?}"
        );
        assert!(
            journeys[2].2.contains("no check-in is due before 2"),
            "{journeys:#?}"
        );
        assert!(journeys[3].2.contains("sells nothing"), "{journeys:#?}");
        assert_eq!(completions(&dev), before);
    }
    let events = "SELECT count(*) FROM idempotency_key WHERE key LIKE 'probe-%' AND command = 'completeWorkout'";
    assert_eq!(dev.sql(events), 2);

    let text = fs::read_to_string(&metrics).expect("a file");
    let samples = samples(&text);
    let success: Vec<_> = (samples.iter())
        .filter(|(name, _)| name.starts_with("coach_probe_success"))
        .map(|(name, value)| (&**name, *value))
        .collect();
    assert_eq!(
        success,
        [
            ("coach_probe_success{journey=\"today\"}", 1.0),
            ("coach_probe_success{journey=\"workout\"}", 1.0),
            ("coach_probe_success{journey=\"purchase\"}", 1.0),
            ("coach_probe_success{journey=\"live\"}", 1.0),
        ]
    );
    let run = samples
        .iter()
        .find(|(name, _)| name == "coach_probe_last_run_timestamp_seconds");
    assert!(run.is_some_and(|(_, at)| *at > 1_700_000_000.0), "{text}");
    let files = fs::read_dir(&*dev.folder).expect("a folder");
    let names = files.map(|file| {
        file.expect("a file")
            .file_name()
            .into_string()
            .expect("UTF-8")
    });
    assert_eq!(names.filter(|name| name.contains("coach_probe")).count(), 1);

    // As text, and some of them alone.
    let (code, stdout, _) = run_text(&dev, &token, &["--journey", "live", "--journey", "today"]);
    assert_eq!(code, 0);
    let lines: Vec<_> = stdout.lines().collect();
    assert!(lines[0].starts_with("today     ok "), "{stdout}");
    assert!(lines[1].starts_with("live      ok "), "{stdout}");
    assert_eq!(
        lines[2],
        format!("{}/: 2 ok, 0 failed, 0 skipped", dev.base)
    );
}

fn run_text(dev: &Dev, token: &str, more: &[&str]) -> Output {
    run(&dev.folder, token, &[&[&*dev.base], more].concat())
}

/// The samples of a text in Prometheus's exposition format, each with its name and labels.
fn samples(text: &str) -> Vec<(String, f64)> {
    assert!(text.ends_with('\n'));
    let (mut samples, mut typed) = (Vec::new(), Vec::new());
    for line in text.lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            let words: Vec<_> = comment.splitn(3, ' ').collect();
            match words[..] {
                ["HELP", _, help] => assert!(!help.is_empty()),
                ["TYPE", name, "gauge"] => typed.push(name.to_owned()),
                _ => panic!("{line}"),
            }
            continue;
        }
        let (series, value) = line.rsplit_once(' ').expect("a value");
        let name = series.split('{').next().expect("a name");
        assert_eq!(typed.last().map(String::as_str), Some(name), "{line}");
        if let Some(label) = series.strip_prefix(name).filter(|label| !label.is_empty()) {
            let value = label
                .strip_prefix("{journey=\"")
                .and_then(|it| it.strip_suffix("\"}"));
            assert!(value.is_some_and(|it| JOURNEYS.contains(&it)), "{line}");
        }
        samples.push((series.to_owned(), value.parse().expect("a number")));
    }
    samples
}

#[test]
fn a_check_in_is_only_submitted_on_request() {
    let _lock = share_machine();
    let dev = start();
    let token = dev.token_of(CHEN);
    let only = ["--journey", "check-in"];
    let (code, journeys) = probe(&dev, &token, &only);
    assert_eq!(
        (code, outcomes(&journeys)),
        (0, vec![("check-in", "skipped")])
    );
    assert!(journeys[0].2.contains("--submit-check-in"), "{journeys:#?}");
    let submit = [&only[..], &["--submit-check-in"]].concat();
    let (code, journeys) = probe(&dev, &token, &submit);
    assert_eq!(
        (code, outcomes(&journeys)),
        (0, vec![("check-in", "ok")]),
        "{journeys:#?}"
    );
    let (code, journeys) = probe(&dev, &token, &submit);
    assert_eq!(
        (code, outcomes(&journeys)),
        (0, vec![("check-in", "skipped")])
    );
    assert!(
        journeys[0].2.contains("no check-in is due before"),
        "{journeys:#?}"
    );
}

#[test]
fn nobody_but_a_test_member_is_probed() {
    let _lock = share_machine();
    let dev = start();
    let token = dev.token();
    let rename = |email: &str| {
        let update = format!(
            "WITH renamed AS (
                 UPDATE member SET email = '{email}' WHERE subject = '{MAYA}' RETURNING 1
             ) SELECT count(*) FROM renamed"
        );
        assert_eq!(dev.sql(&update), 1);
    };
    let keys = || dev.sql("SELECT count(*) FROM idempotency_key");
    rename("maya@coach.app");
    let before = (completions(&dev), keys());
    let (code, journeys) = probe(&dev, &token, &["--submit-check-in"]);
    assert_eq!(code, 1);
    for (name, outcome, reason) in &journeys[..4] {
        assert_eq!(outcome, "failed", "{name}");
        assert!(
            reason.contains("not a test member") && reason.contains("+probe"),
            "{reason}"
        );
        // Whose it is is not for logs.
        assert!(!reason.contains("maya"), "{reason}");
    }
    assert_eq!(journeys[4].1, "ok");
    assert_eq!((completions(&dev), keys()), before);
    rename("maya+probe@coach.app");
    assert_eq!(probe(&dev, &token, &["--journey", "workout"]).0, 0);

    let (code, journeys) = probe(&dev, &dev.token_of(UNREGISTERED), &["--journey", "today"]);
    assert_eq!((code, outcomes(&journeys)), (1, vec![("today", "failed")]));
    assert!(journeys[0].2.contains("registerMember"), "{journeys:#?}");
}

#[test]
fn what_is_broken_is_named_with_what_mends_it() {
    let _lock = share_machine();
    let dev = start();
    let token = dev.token();
    let (code, journeys) = probe(&dev, "nonsense", &[]);
    assert_eq!(code, 1);
    for (name, outcome, reason) in &journeys[..4] {
        assert_eq!(outcome, "failed", "{name}");
        assert!(
            reason.contains("the token is not accepted: renew it"),
            "{reason}"
        );
    }
    assert_eq!(journeys[4].1, "ok");

    // Postgres is gone.
    let data = fs::read_dir(dev.folder.join("home/postgres")).expect("a folder");
    let files = data.map(|entry| entry.expect("an entry").path().join("postmaster.pid"));
    let mut files = files.filter_map(|file| fs::read_to_string(file).ok());
    let pid = files.next();
    let pid = pid.and_then(|text| Pid::from_raw(text.lines().next()?.parse().ok()?));
    kill_process(pid.expect("a pid"), Signal::QUIT).expect("it runs");
    let failed = || {
        let (code, journeys) = probe(
            &dev,
            &token,
            &["--journey", "today", "--journey", "purchase"],
        );
        let is_named = |(_, outcome, reason): &(String, String, String)| {
            outcome == "failed"
                && reason.contains("SERVICE_UNAVAILABLE")
                && reason.contains("DatabaseUnavailable.md")
                && reason.contains("x-request-id")
        };
        (code == 1 && journeys.iter().all(is_named))
            .then_some(())
            .ok_or(journeys)
    };
    wait_for(|| failed().ok(), || format!("it is named: {:#?}", failed()));
}

#[test]
fn a_service_that_does_not_answer_fails_within_the_timeout() {
    let _lock = share_machine();
    let folder = folder();
    let unused = format!("http://127.0.0.1:{}", port());
    let (code, stdout, _) = run(
        &folder,
        "x",
        &[&unused, "--journey", "today", "--journey", "live"],
    );
    assert_eq!(code, 1);
    assert_eq!(
        stdout.matches("cannot be connected to").count(),
        2,
        "{stdout}"
    );
    // Accepts connections, and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", silent.local_addr().expect("an address"));
    let arguments = [&url, "--journey", "live", "--timeout", "1"];
    let (code, stdout, _) = run(&folder, "", &arguments);
    assert_eq!(code, 1);
    assert!(stdout.contains("did not answer within 1 s"), "{stdout}");
    // What answers is no gateway.
    let url = other_service();
    let (code, stdout, _) = run(&folder, "", &[&url, "--journey", "live"]);
    assert_eq!(code, 1);
    assert!(
        stdout.contains("404") && stdout.contains("is no GraphQL"),
        "{stdout}"
    );
    // The results are lost.
    let lost = folder.join("none/coach_probe.prom");
    let lost = lost.to_str().expect("UTF-8");
    let (code, _, stderr) = run(
        &folder,
        "",
        &[&unused, "--journey", "live", "--metrics", lost],
    );
    assert_eq!(code, 1);
    assert!(
        stderr.contains("writing ") && stderr.contains("none/coach_probe.prom"),
        "{stderr}"
    );
}

/// The address of a service that knows no path.
fn other_service() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    listener.set_nonblocking(true).expect("set");
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.expect("a runtime").block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            axum::serve(listener, axum::Router::new())
                .await
                .expect("served");
        });
    });
    url
}

#[test]
fn wrong_usage_probes_nothing() {
    let _lock = share_machine();
    let folder = folder();
    fs::write(folder.join("empty"), "\n").expect("written");
    fs::write(folder.join("two"), "two words\n").expect("written");
    let url = "http://127.0.0.1:1";
    for (arguments, why) in [
        (&[][..], "<URL>"),
        (&["127.0.0.1:8080"], "absolute http or https address"),
        (&["ftp://127.0.0.1"], "absolute http or https address"),
        (&["http://127.0.0.1/?a"], "it must have no `?`"),
        (&["http://127.0.0.1/graphql"], "without `/graphql`"),
        (&[url], "COACH_PROBE_TOKEN"),
        (&[url, "--journey", "yoga"], "yoga"),
        (&[url, "--timeout", "0"], "--timeout"),
        (&[url, "--token-file", "missing"], "reading missing"),
        (&[url, "--token-file", "empty"], "no bearer token"),
        (&[url, "--token-file", "two"], "no bearer token"),
    ] {
        let (code, stdout, stderr) = run(&folder, "", arguments);
        assert_eq!(code, 2, "{arguments:?}: {stdout}{stderr}");
        assert!(stderr.contains(why), "{arguments:?}: {stderr}");
        assert_eq!(stdout, "");
    }
}
