//! A live session with the video provider, the commands of the person on call, and crashes.

use std::{
    fs,
    path::Path,
    process::Output,
    sync::{Arc, Mutex},
    thread,
};

use axum::{Json, Router, extract::State, routing::get};
use chrono::TimeDelta;
use coach_domain::clock::{Clock as _, SystemClock};
use coach_tests::wait_for;
use serde_json::{Value, json};

use crate::coach::{Dev, TestFolder, command, folder, operator, port, share_machine};

const PATH: &str = "3f9f2b0c6d1e4a58-a-secret-path";

/// A fake video provider with one job, whose state the test sets. Returns its URL.
fn provider(job: Arc<Mutex<Value>>) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    listener.set_nonblocking(true).expect("set");
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.expect("a runtime").block_on(async {
            let show = async |State(job): State<Arc<Mutex<Value>>>| {
                Json(json!({ "job": *job.lock().expect("a job") }))
            };
            let routes = Router::new()
                .route("/v1/jobs/{id}", get(show))
                .with_state(job);
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            axum::serve(listener, routes).await.expect("served");
        });
    });
    url
}

fn start(folder: &TestFolder, provider: &str, kill_at: Option<&str>) -> Dev {
    let port = port();
    let mut command = command(folder, port);
    command
        .env("COACH_BRIGHTCOVE_URL", provider)
        .env("COACH_BRIGHTCOVE_API_KEY", "a key")
        .env("COACH_WEBHOOK_BRIGHTCOVE_PATH", PATH);
    if let Some(point) = kill_at {
        command.env("COACH_KILL_AT", point);
    }
    Dev::start_as(command, folder, port)
}

fn output(folder: &Path, arguments: &[&str]) -> Output {
    operator(folder).args(arguments).output().expect("it runs")
}

/// Runs `coach`, which must succeed, and returns its standard output.
fn succeed(folder: &Path, arguments: &[&str]) -> String {
    let output = output(folder, arguments);
    let text = |bytes| String::from_utf8(bytes).expect("text");
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{arguments:?}: {stdout}{stderr}");
    stdout
}

/// Runs `coach`, which must fail, and returns its standard error.
fn fail(folder: &Path, arguments: &[&str]) -> String {
    let output = output(folder, arguments);
    assert!(!output.status.success(), "{arguments:?}");
    String::from_utf8(output.stderr).expect("text")
}

fn file(dev: &Dev) -> Option<Value> {
    let url = format!("{}/live/status.json", dev.base);
    let answer = reqwest::blocking::get(url).expect("an answer");
    (answer.status() == 200).then(|| answer.json().expect("JSON"))
}

/// Waits until the status file has this state, and returns its content.
fn wait_for_state(dev: &Dev, state: &str) -> Value {
    wait_for(
        || file(dev).filter(|file| file["state"] == state),
        || format!("{state}: {:#?}", file(dev)),
    )
}

fn schedule(dev: &Dev, folder: &Path) {
    let token = succeed(folder, &["token", "--group", "staff"]);
    let starts = SystemClock.now() + TimeDelta::hours(1);
    let query = format!(
        r#"mutation {{ scheduleLiveSession(input: {{
            idempotencyKey: "1", title: "Legs", coach: "Ada", startsAt: "{}", videoJobId: "job-1"
        }}) {{ liveSession {{ id }} userErrors {{ message }} }} }}"#,
        starts.format("%Y-%m-%dT%H:%M:%SZ")
    );
    let (status, answer) = dev.graphql(token.trim(), &query);
    let id = &answer["data"]["scheduleLiveSession"]["liveSession"]["id"];
    assert!(status == 200 && id.is_string(), "{answer:#}");
}

fn notify(dev: &Dev, event: &str) -> u16 {
    let client = reqwest::blocking::Client::new();
    let request = client.post(format!("{}/webhooks/brightcove/{PATH}", dev.base));
    let body = json!({ "job_id": "job-1", "event": event });
    let answer = request.json(&body).send().expect("an answer");
    answer.status().as_u16()
}

#[test]
fn killed_between_event_and_file_the_file_is_right_after_a_restart() {
    // Both points are specific to the provider's event: the file is also written for other reasons, at random times.
    for point in ["after-live-event", "before-status-file=Some(Live)"] {
        let _lock = share_machine();
        let folder = folder();
        let job = Arc::new(Mutex::new(json!({ "job_state": "waiting" })));
        let provider = provider(job.clone());
        let mut dev = start(&folder, &provider, Some(point));
        schedule(&dev, &folder);
        let before = wait_for_state(&dev, "scheduled");
        *job.lock().expect("a job") = json!({
            "job_state": "processing", "job_last_state_change_at": 1_773_835_202_000_i64,
            "job_ui_playback_url": "https://play.example/a.m3u8",
        });
        assert_eq!(notify(&dev, "state_changed"), 200);
        dev.wait_for_exit();
        let dev = start(&folder, &provider, None);
        let after = wait_for_state(&dev, "live");
        assert!(
            after["version"].as_i64() > before["version"].as_i64(),
            "{point}: {after:#}"
        );
        assert_eq!(after["playbackUrl"], "https://play.example/a.m3u8");
    }
}

#[test]
fn the_person_on_call_sees_and_sets_it() {
    let _lock = share_machine();
    let folder = folder();
    let job = Arc::new(Mutex::new(json!({ "job_state": "waiting" })));
    let provider = provider(job);
    let dev = start(&folder, &provider, None);
    let stdout = fail(&folder, &["live", "set", "live"]);
    assert!(stdout.contains("no session was ever announced"), "{stdout}");
    schedule(&dev, &folder);
    wait_for_state(&dev, "scheduled");
    let stdout = succeed(&folder, &["live", "show"]);
    assert!(
        stdout.starts_with("The status file says: scheduled, since"),
        "{stdout}"
    );
    assert!(
        stdout.contains("  scheduled  ") && stdout.contains("job-1  Legs"),
        "{stdout}"
    );
    let url = "https://play.example/b.m3u8";
    let set = [
        "live",
        "set",
        "live",
        "--playback-url",
        url,
        "--actor",
        "ada",
    ];
    let dry = succeed(&folder, &[&set[..], &["--dry-run"]].concat());
    assert!(
        dry.contains("`Legs` is scheduled, and would be set to"),
        "{dry}"
    );
    assert_eq!(file(&dev).expect("a file")["state"], "scheduled");
    let stdout = succeed(&folder, &set);
    assert!(
        stdout.starts_with("The status file says: live, since"),
        "{stdout}"
    );
    assert_eq!(file(&dev).expect("a file")["playbackUrl"], url);
    let stdout = succeed(&folder, &["live", "set", "ended"]);
    assert!(
        stdout.starts_with("The status file says: ended"),
        "{stdout}"
    );
    let stdout = fail(&folder, &["live", "set", "live"]);
    assert!(
        stdout.contains("`Legs` is ended already, and states only go forward; `coach live show` prints the others"),
        "{stdout}"
    );
    let stdout = fail(&folder, &["live", "set", "live", "--session", "nothing"]);
    assert!(stdout.contains("`coach live show` prints them"), "{stdout}");
    let status: Value =
        serde_json::from_str(&succeed(&folder, &["live", "show", "--format", "json"]))
            .expect("JSON");
    assert_eq!(status, file(&dev).expect("a file"));
    let published = succeed(&folder, &["live", "publish"]);
    assert!(
        published.starts_with("The status file says: ended"),
        "{published}"
    );

    // The provider's report does not go back: its job is still waiting.
    assert_eq!(notify(&dev, "state_changed"), 200);
    let list = || {
        let arguments = [
            "webhook",
            "list",
            "--format",
            "json",
            "--source",
            "brightcove",
        ];
        let list: Value = serde_json::from_str(&succeed(&folder, &arguments)).expect("JSON");
        list[0].clone()
    };
    let event = wait_for(
        || Some(list()).filter(|event| event["state"] == "DONE"),
        || format!("worked on: {:#}", list()),
    );
    let id = event["id"].as_str().expect("an id");
    let stdout = succeed(&folder, &["webhook", "replay", id, "--actor", "ada"]);
    assert_eq!(
        stdout,
        format!("{id} (brightcove state_changed) is worked on again\n")
    );
    let stdout = fail(
        &folder,
        &["webhook", "replay", "0195a9c6-2e00-7c3a-8b1d-5e4f60718293"],
    );
    assert!(
        stdout.contains("`coach webhook list` shows them"),
        "{stdout}"
    );
    assert_eq!(
        succeed(&folder, &["webhook", "list", "--state", "failed"]),
        "there are none\n"
    );
}

#[test]
fn a_file_that_is_ahead_is_raised_above_and_that_is_audited() {
    let _lock = share_machine();
    let folder = folder();
    let job = Arc::new(Mutex::new(json!({ "job_state": "waiting" })));
    let dev = start(&folder, &provider(job), None);
    schedule(&dev, &folder);
    let mut ahead = wait_for_state(&dev, "scheduled");
    let publish = ["live", "publish"];
    let raise = ["live", "publish", "--raise"];
    let dry_run = |arguments: &[&str]| succeed(&folder, &[arguments, &["--dry-run"]].concat());
    let audited =
        || dev.sql("SELECT count(*) FROM audit WHERE action IN ('live.publish', 'live.raise')");
    assert!(dry_run(&publish).starts_with("it would stay as it is"));
    assert!(succeed(&folder, &publish).starts_with("The status file says: scheduled"));
    assert_eq!(audited(), 0);

    // As after the database was restored from a backup.
    ahead["version"] = json!(1_000);
    let path = folder.join("home/objects/live/status.json");
    fs::write(path, ahead.to_string()).expect("written");
    assert!(dry_run(&publish).starts_with("it is ahead of the database"));
    assert!(fail(&folder, &publish).contains("`coach live publish --raise`"));
    assert!(dry_run(&raise).starts_with("its version would be lifted"));
    assert_eq!(audited(), 0);
    let raised = succeed(&folder, &raise);
    assert!(raised.contains("(version 1001)"), "{raised}");
    assert_eq!(file(&dev).expect("a file")["version"], 1_001);
    assert_eq!(audited(), 1);
}
