//! A live session as the video provider, the person on call and a crash see it.

use std::{
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

use crate::coach::{Dev, TestFolder, command, folder, operator, port, turn};

const PATH: &str = "3f9f2b0c6d1e4a58-a-secret-path";

/// A provider with one job, which stands as it was told last; on a port of its own.
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

/// What `coach` says, when it goes well.
fn says(folder: &Path, arguments: &[&str]) -> String {
    let output = output(folder, arguments);
    let text = |bytes| String::from_utf8(bytes).expect("text");
    let (said, errors) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{arguments:?}: {said}{errors}");
    said
}

/// What `coach` says against it.
fn refuses(folder: &Path, arguments: &[&str]) -> String {
    let output = output(folder, arguments);
    assert!(!output.status.success(), "{arguments:?}");
    String::from_utf8(output.stderr).expect("text")
}

fn file(dev: &Dev) -> Option<Value> {
    let url = format!("{}/live/status.json", dev.base);
    let answer = reqwest::blocking::get(url).expect("an answer");
    (answer.status() == 200).then(|| answer.json().expect("JSON"))
}

/// Waits until the file has this state, and says what it says.
fn until(dev: &Dev, state: &str) -> Value {
    wait_for(
        || file(dev).filter(|file| file["state"] == state),
        || format!("{state}: {:#?}", file(dev)),
    )
}

fn announce(dev: &Dev, folder: &Path) {
    let token = says(folder, &["token", "--group", "staff"]);
    let starts = SystemClock.now() + TimeDelta::hours(1);
    let query = format!(
        r#"mutation {{ scheduleLiveSession(input: {{
            idempotencyKey: "1", title: "Legs", coach: "Ada", startsAt: "{}", videoJobId: "job-1"
        }}) {{ liveSession {{ id }} userErrors {{ message }} }} }}"#,
        starts.format("%Y-%m-%dT%H:%M:%SZ")
    );
    let (status, answer) = dev.ask(token.trim(), &query);
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
    // Both are about what the provider has said: the file is written for other reasons too, and how often is chance.
    for point in ["after-live-event", "before-status-file=Some(Live)"] {
        let _turn = turn();
        let folder = folder();
        let job = Arc::new(Mutex::new(json!({ "job_state": "waiting" })));
        let provider = provider(job.clone());
        let mut dev = start(&folder, &provider, Some(point));
        announce(&dev, &folder);
        let before = until(&dev, "scheduled");
        *job.lock().expect("a job") = json!({
            "job_state": "processing", "job_last_state_change_at": 1_773_835_202_000_i64,
            "job_ui_playback_url": "https://play.example/a.m3u8",
        });
        assert_eq!(notify(&dev, "state_changed"), 200);
        dev.ended();
        let dev = start(&folder, &provider, None);
        let after = until(&dev, "live");
        assert!(
            after["version"].as_i64() > before["version"].as_i64(),
            "{point}: {after:#}"
        );
        assert_eq!(after["playbackUrl"], "https://play.example/a.m3u8");
    }
}

#[test]
fn the_person_on_call_sees_and_sets_it() {
    let _turn = turn();
    let folder = folder();
    let job = Arc::new(Mutex::new(json!({ "job_state": "waiting" })));
    let provider = provider(job);
    let dev = start(&folder, &provider, None);
    let said = refuses(&folder, &["live", "set", "live"]);
    assert!(said.contains("no session was ever announced"), "{said}");
    announce(&dev, &folder);
    until(&dev, "scheduled");
    let said = says(&folder, &["live", "show"]);
    assert!(
        said.starts_with("The status file says: scheduled, since"),
        "{said}"
    );
    assert!(
        said.contains("  scheduled  ") && said.contains("job-1  Legs"),
        "{said}"
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
    let dry = says(&folder, &[&set[..], &["--dry-run"]].concat());
    assert!(
        dry.contains("`Legs` is scheduled, and would be set to"),
        "{dry}"
    );
    assert_eq!(file(&dev).expect("a file")["state"], "scheduled");
    let said = says(&folder, &set);
    assert!(
        said.starts_with("The status file says: live, since"),
        "{said}"
    );
    assert_eq!(file(&dev).expect("a file")["playbackUrl"], url);
    let said = says(&folder, &["live", "set", "ended"]);
    assert!(said.starts_with("The status file says: ended"), "{said}");
    let said = refuses(&folder, &["live", "set", "live"]);
    assert!(
        said.contains("`Legs` is ended already, and states only go forward"),
        "{said}"
    );
    let said = refuses(&folder, &["live", "set", "live", "--session", "nothing"]);
    assert!(said.contains("`coach live show` prints them"), "{said}");
    let status: Value =
        serde_json::from_str(&says(&folder, &["live", "show", "--format", "json"])).expect("JSON");
    assert_eq!(status, file(&dev).expect("a file"));
    assert!(says(&folder, &["live", "publish"]).starts_with("The status file says: ended"));

    // The provider does not know better: its job still waits.
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
        let list: Value = serde_json::from_str(&says(&folder, &arguments)).expect("JSON");
        list[0].clone()
    };
    let event = wait_for(
        || Some(list()).filter(|event| event["state"] == "DONE"),
        || format!("worked on: {:#}", list()),
    );
    let id = event["id"].as_str().expect("an id");
    let said = says(&folder, &["webhook", "replay", id, "--actor", "ada"]);
    assert_eq!(
        said,
        format!("{id} (brightcove state_changed) is worked on again\n")
    );
    let said = refuses(
        &folder,
        &["webhook", "replay", "0195a9c6-2e00-7c3a-8b1d-5e4f60718293"],
    );
    assert!(said.contains("`coach webhook list` shows them"), "{said}");
    assert_eq!(
        says(&folder, &["webhook", "list", "--state", "failed"]),
        "there are none\n"
    );
}
