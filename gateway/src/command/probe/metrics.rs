//! The results as metrics in Prometheus's exposition format, in a file for `node_exporter`'s textfile collector.

use std::{ffi::OsString, fmt::Write as _, fs, io, path::Path};

use super::report::Report;

/// Replaces the file at once, so that the collector never reads half of it. Until the new one is complete, it is beside
/// it, under a name that the collector does not read.
pub(super) fn write(file: &Path, report: &Report) -> io::Result<()> {
    let name = file.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut partial = OsString::from(".");
    partial.push(name);
    partial.push(format!(".{}", std::process::id()));
    let partial = file.with_file_name(partial);
    let written = fs::write(&partial, text(report)).and_then(|()| fs::rename(&partial, file));
    if written.is_err() {
        let _ = fs::remove_file(&partial);
    }
    written
}

/// A journey that was skipped has neither success nor duration.
fn text(report: &Report) -> String {
    let mut text = String::from(
        "# HELP coach_probe_success Whether a journey of the probe succeeded; absent when it was skipped.\n\
         # TYPE coach_probe_success gauge\n",
    );
    let attempted = || (report.journeys.iter()).filter_map(|it| Some((it, it.success()?)));
    for (journey, success) in attempted() {
        let (name, success) = (journey.journey.as_str(), u8::from(success));
        let _ = writeln!(text, "coach_probe_success{{journey=\"{name}\"}} {success}");
    }
    text.push_str(
        "# HELP coach_probe_duration_seconds How long a journey of the probe took.\n\
         # TYPE coach_probe_duration_seconds gauge\n",
    );
    for (journey, _) in attempted() {
        let (name, seconds) = (journey.journey.as_str(), journey.duration.as_secs_f64());
        let _ = writeln!(
            text,
            "coach_probe_duration_seconds{{journey=\"{name}\"}} {seconds}"
        );
    }
    text.push_str(
        "# HELP coach_probe_last_run_timestamp_seconds When the probe ended last.\n\
         # TYPE coach_probe_last_run_timestamp_seconds gauge\n",
    );
    let at = report.ended_at.timestamp();
    let _ = writeln!(text, "coach_probe_last_run_timestamp_seconds {at}");
    text
}
