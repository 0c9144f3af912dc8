//! `coach live show`.

use std::fmt::Write as _;

use coach_domain::{
    id::OpaqueId as _,
    live::{self, LiveState, Status},
    page::PageRequest,
};

use super::LiveContext;
use crate::{
    cli::Format,
    command::{lowercase, rfc3339},
};

/// The status file, and the sessions that are live or scheduled.
pub(super) async fn run(context: &LiveContext, format: Format) -> anyhow::Result<String> {
    let latest = live::status(&context.session).await?;
    if matches!(format, Format::Json) {
        return Ok(serde_json::to_string_pretty(&latest)? + "\n");
    }
    let mut text = match context.file().await? {
        Some(file) if file == latest => format!("The status file says: {}\n", describe(&file)),
        Some(file) if file.version > latest.version => format!(
            "The status file says: {}\nThe database says:    {}\nThe file is ahead, as after a restore of the database: \
             `coach live publish --raise` lifts the database above it.\n",
            describe(&file),
            describe(&latest)
        ),
        Some(file) => format!(
            "The status file says: {}\nThe database says:    {}\nThe file follows by itself within a minute while a worker runs, or with `coach live publish`.\n",
            describe(&file),
            describe(&latest)
        ),
        None => format!(
            "There is no status file yet.\nThe database says:    {}\nA worker writes it, or `coach live publish`.\n",
            describe(&latest)
        ),
    };
    let request = PageRequest {
        first: 100,
        after: None,
    };
    let sessions = live::page(&context.session, &request).await?;
    let mut upcoming: Vec<_> = sessions
        .edges
        .iter()
        .map(|edge| &edge.node)
        .filter(|session| matches!(session.state, LiveState::Scheduled | LiveState::Live))
        .collect();
    upcoming.reverse();
    if upcoming.is_empty() {
        text += "\nNothing is on, and nothing is announced.\n";
        return Ok(text);
    }
    text += "\n";
    for session in upcoming {
        let id = session.id.encode();
        let state = match session.state {
            LiveState::Live => "live     ",
            _ => "scheduled",
        };
        let job = session.video_job_id.as_deref().unwrap_or("no job");
        let start = rfc3339(session.starts_at);
        let _ = writeln!(text, "{id}  {state}  {start}  {job}  {}", session.title);
    }
    Ok(text)
}

/// The status in one line.
pub(super) fn describe(status: &Status) -> String {
    let version = status.version;
    let Some((session, state)) = status.session.as_ref().zip(status.state) else {
        return format!("nothing was ever announced (version {version})");
    };
    format!(
        "{}, since {} (version {version}): {} with {}, {}, at {}{}",
        lowercase(state),
        rfc3339(status.updated_at),
        session.title,
        session.coach,
        session.id,
        rfc3339(session.starts_at),
        status
            .playback_url
            .as_ref()
            .map(|url| format!(", {}", url.as_str()))
            .unwrap_or_default(),
    )
}
