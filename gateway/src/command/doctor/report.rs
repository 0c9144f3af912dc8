//! The results, as text and as JSON.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::check::{Check, Severity};
use crate::{cli::DoctorRole, command::rfc3339};

/// The results of one run.
pub(super) struct Report {
    pub(super) role: DoctorRole,
    pub(super) started_at: DateTime<Utc>,
    pub(super) checks: Vec<Check>,
}

impl Report {
    pub(super) fn has_problems(&self) -> bool {
        let mut checks = self.checks.iter();
        checks.any(|check| check.severity() == Some(Severity::Problem))
    }

    /// A line for each check with what is wrong and what mends it below, then the counts.
    pub(super) fn as_text(&self) -> String {
        let mut text = String::new();
        let width = self.checks.iter().map(|check| check.name.len()).max();
        let width = width.unwrap_or_default();
        for check in &self.checks {
            let (outcome, name) = (check.outcome(), &check.name);
            let line = format!("{outcome:<8} {name:<width$}  {}", check.findings.note);
            let _ = writeln!(text, "{}", line.trim_end());
            for finding in &check.findings.list {
                let _ = writeln!(text, "  {}: {}", finding.severity.as_str(), finding.what);
                let _ = writeln!(text, "     mend: {}", finding.mend);
            }
        }
        let count = |wanted| {
            let outcomes = self.checks.iter().map(Check::outcome);
            outcomes.filter(|outcome| *outcome == wanted).count()
        };
        let [ok, warning, problem, skipped] = ["ok", "warning", "problem", "skipped"].map(count);
        let _ = writeln!(
            text,
            "{} checks for {}: {ok} ok, {warning} with warnings, {problem} with problems, {skipped} skipped",
            self.checks.len(),
            self.role.as_str()
        );
        text
    }

    /// Fields may be added, but never removed.
    pub(super) fn as_json(&self) -> anyhow::Result<String> {
        let checks = self.checks.iter().map(|check| {
            let findings = check.findings.list.iter().map(|finding| {
                json!({
                    "severity": finding.severity.as_str(),
                    "what": finding.what,
                    "mend": finding.mend,
                })
            });
            json!({
                "name": check.name,
                "outcome": check.outcome(),
                "note": check.findings.note,
                "seconds": check.duration.as_secs_f64(),
                "findings": findings.collect::<Vec<_>>(),
            })
        });
        let report = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "role": self.role.as_str(),
            "startedAt": rfc3339(self.started_at),
            "ok": !self.has_problems(),
            "checks": checks.collect::<Vec<_>>(),
        });
        Ok(serde_json::to_string_pretty(&report)? + "\n")
    }
}
