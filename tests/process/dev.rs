//! `coach dev`: starting, restarting, stopping, and its errors.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
};

use coach_tests::wait_for;
use rustix::process::{Signal, geteuid};
use serde_json::Value;

use crate::coach::{
    Dev, TODAY, as_unprivileged_user, binary, command, folder, port, processes_with, run,
    share_machine,
};

fn assert_today(dev: &Dev) {
    let (status, body) = dev.graphql(&dev.token(), TODAY);
    assert_eq!((status, &body["errors"]), (200, &Value::Null));
    let today = &body["data"]["me"]["plan"]["currentCycle"]["today"];
    assert!(
        today["meals"]
            .as_array()
            .is_some_and(|meals| meals.len() >= 4),
        "{body}"
    );
}

#[test]
fn from_nothing_and_again_and_after_a_kill() {
    let _lock = share_machine();
    let folder = folder();
    let mut dev = Dev::start(&folder, port());
    assert_today(&dev);
    for part in ["/graphiql", "/console", "/schema.graphql", "curl"] {
        assert!(
            dev.welcome.contains(part),
            "{part} is not in\n{}",
            dev.welcome
        );
    }
    dev.signal(Signal::INT);
    assert!(dev.wait_for_exit().success());
    let data = folder
        .join("home")
        .canonicalize()
        .expect("a path")
        .display()
        .to_string();
    assert_eq!(processes_with(&data), 0, "something still runs");

    // It starts on an existing database too. `make bench BENCH=dev` tests how fast.
    let mut dev = Dev::start(&folder, dev.port);
    assert_today(&dev);

    dev.signal(Signal::KILL);
    dev.wait_for_exit();
    let mut dev = Dev::start(&folder, dev.port);
    assert_today(&dev);
    dev.signal(Signal::TERM);
    assert!(dev.wait_for_exit().success());
}

#[test]
fn in_a_folder_that_only_its_owner_may_enter() {
    let _lock = share_machine();
    let folder = folder();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("permissions");
    assert_today(&Dev::start(&folder, port()));
}

/// Without root the test runs as an ordinary user anyway.
#[test]
fn as_an_ordinary_user() {
    let _lock = share_machine();
    let folder = folder();
    let copy = folder.join("coach");
    fs::copy(binary(), &copy).expect("a copy that others may run");
    let port = port();
    let mut own = Command::new(copy);
    own.current_dir(&folder)
        .env("COACH_HOME", folder.join("home"))
        .env("COACH_LISTEN", format!("127.0.0.1:{port}"));
    if geteuid().is_root() {
        rustix::fs::chown(&*folder, Some(rustix::fs::Uid::from_raw(65_534)), None).expect("chown");
        as_unprivileged_user(&mut own);
    }
    let dev = Dev::start_as(own, &folder, port);
    // Only that user may read the local issuer's key, but root can do so too.
    assert_today(&dev);
}

#[test]
fn a_taken_port_is_reported_with_the_command_that_uses_another() {
    let _lock = share_machine();
    let folder = folder();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let mut dev = command(&folder, port);
    dev.arg("dev");
    let (status, output) = run(dev);
    assert!(!status.success());
    assert!(
        output.contains("taken") && output.contains("COACH_LISTEN=") && output.contains("make dev"),
        "{output}"
    );
    assert!(
        !folder.join("home/postgres").exists(),
        "nothing else was started"
    );
}

#[test]
fn a_second_copy_in_the_same_home_is_refused() {
    let _lock = share_machine();
    let folder = folder();
    let dev = Dev::start(&folder, port());
    let mut second = command(&folder, port());
    second.arg("dev");
    let (status, output) = run(second);
    assert!(!status.success());
    assert!(output.contains("COACH_HOME"), "{output}");
    assert_today(&dev);
}

#[test]
fn stopping_finishes_what_runs() {
    let _lock = share_machine();
    let folder = folder();
    let mut dev = Dev::start(&folder, port());
    let (base, token) = (dev.base.clone(), dev.token());
    let answered = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&answered);
    let client = thread::spawn(move || {
        let client = reqwest::blocking::Client::new();
        while let Ok(response) = client
            .post(format!("{base}/graphql"))
            .bearer_auth(&token)
            .json(&serde_json::json!({ "query": TODAY }))
            .send()
        {
            let body: Value = response.json().expect("a whole answer");
            assert!(body["errors"].is_null(), "{body}");
            count.fetch_add(1, SeqCst);
        }
    });
    wait_for(
        || (answered.load(SeqCst) > 5).then_some(()),
        || "answers".to_owned(),
    );
    dev.signal(Signal::TERM);
    assert!(dev.wait_for_exit().success());
    client.join().expect("no answer was cut off");
}
