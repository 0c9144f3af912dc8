//! The results, as text and as JSON.

use std::{fmt::Write as _, time::Duration};

use chrono::{DateTime, Utc};
use reqwest::Url;
use serde_json::json;

use super::JourneyResult;
use crate::{cli::Journey, command::rfc3339};

/// What a journey that did not fail did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// All of it.
    Done,
    /// All that there is to do, with a remark.
    Note(String),
    /// Nothing, for this reason.
    Skipped(String),
}

impl Finding {
    pub(super) fn note(remark: &str) -> Self {
        Self::Note(remark.to_owned())
    }

    pub(super) fn skipped(reason: &str) -> Self {
        Self::Skipped(reason.to_owned())
    }
}

/// The result of one journey.
pub(super) struct JourneyReport {
    pub(super) journey: Journey,
    pub(super) duration: Duration,
    pub(super) result: JourneyResult,
}

impl JourneyReport {
    fn outcome(&self) -> (&'static str, Option<&str>) {
        match &self.result {
            Ok(Finding::Done) => ("ok", None),
            Ok(Finding::Note(remark)) => ("ok", Some(remark)),
            Ok(Finding::Skipped(reason)) => ("skipped", Some(reason)),
            Err(reason) => ("failed", Some(reason)),
        }
    }

    /// Whether it succeeded; `None` if it was skipped.
    pub(super) fn success(&self) -> Option<bool> {
        match &self.result {
            Ok(Finding::Skipped(_)) => None,
            result => Some(result.is_ok()),
        }
    }
}

/// The results of one run.
pub(super) struct Report {
    pub(super) url: Url,
    pub(super) started_at: DateTime<Utc>,
    pub(super) ended_at: DateTime<Utc>,
    pub(super) journeys: Vec<JourneyReport>,
}

impl Report {
    pub(super) fn has_failed(&self) -> bool {
        self.journeys.iter().any(|journey| journey.result.is_err())
    }

    /// A line for each journey, then the counts.
    pub(super) fn as_text(&self) -> String {
        let mut text = String::new();
        for report in &self.journeys {
            let (outcome, reason) = report.outcome();
            let (name, seconds) = (report.journey.as_str(), report.duration.as_secs_f64());
            let line = format!(
                "{name:<9} {outcome:<8}{seconds:>7.3} s  {}",
                reason.unwrap_or_default()
            );
            let _ = writeln!(text, "{}", line.trim_end());
        }
        let count = |wanted| {
            let outcomes = self.journeys.iter().map(|journey| journey.outcome().0);
            outcomes.filter(|outcome| *outcome == wanted).count()
        };
        let [ok, failed, skipped] = ["ok", "failed", "skipped"].map(count);
        let _ = writeln!(
            text,
            "{}: {ok} ok, {failed} failed, {skipped} skipped",
            self.url
        );
        text
    }

    /// Fields may be added, but never removed.
    pub(super) fn as_json(&self) -> anyhow::Result<String> {
        let journeys = self.journeys.iter().map(|report| {
            let (outcome, reason) = report.outcome();
            json!({
                "name": report.journey.as_str(),
                "outcome": outcome,
                "seconds": report.duration.as_secs_f64(),
                "reason": reason,
            })
        });
        let report = json!({
            "url": self.url.as_str(),
            "version": env!("CARGO_PKG_VERSION"),
            "startedAt": rfc3339(self.started_at),
            "ok": !self.has_failed(),
            "journeys": journeys.collect::<Vec<_>>(),
        });
        Ok(serde_json::to_string_pretty(&report)? + "\n")
    }
}
