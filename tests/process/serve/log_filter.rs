//! The filter of the log, which is changed while the process runs.

use std::fs;

use coach_tests::wait_for;
use rustix::process::Signal;

use super::Fixture;
use crate::coach::share_machine;

/// What is logged of a request to `/health/live`, at the level `debug` only.
const MONITORED: &str = "monitoring request";

#[test]
fn sighup_reads_the_filter_of_the_log_again() {
    let _lock = share_machine();
    let fixture = Fixture::new();
    let file = fixture.dev.folder.join("coach.toml");
    let process = fixture.serve(&[]);
    process.get("/health/live").expect("an answer");
    assert!(!process.log().contains(MONITORED), "{}", process.log());

    fs::write(&file, "log = \"info,coach_gateway=debug\"").expect("a file");
    process.signal(Signal::HUP);
    wait_for_line(&process, "read again");
    process.get("/health/live").expect("an answer");
    wait_for_line(&process, MONITORED);

    // A mistake changes nothing, and does not end the process.
    fs::write(&file, "log = \"info,coach_gateway=loud\"").expect("a file");
    process.signal(Signal::HUP);
    wait_for_line(&process, "stays as it is");
    assert!(process.is_ready());
}

fn wait_for_line(process: &super::ServeProcess, text: &str) {
    wait_for(
        || process.log().contains(text).then_some(()),
        || format!("{text}: {}", process.log()),
    );
}
