//! A check and what it found.

use std::time::{Duration, Instant};

use tokio::time::timeout;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Severity {
    /// The service works, but not as well as it should.
    Warning,
    /// The service, or a part of it, does not work.
    Problem,
}

impl Severity {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) severity: Severity,
    /// What is wrong.
    pub(super) what: String,
    /// The setting, SQL or command that mends it.
    pub(super) mend: String,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Findings {
    /// What was seen, or why nothing was looked at.
    pub(super) note: String,
    pub(super) is_skipped: bool,
    pub(super) list: Vec<Finding>,
}

impl Findings {
    /// Nothing is wrong. `note` says what was seen.
    pub(super) fn ok(note: impl Into<String>) -> Self {
        Self {
            note: note.into(),
            ..Self::default()
        }
    }

    /// Nothing was looked at, for this reason.
    pub(super) fn skipped(reason: impl Into<String>) -> Self {
        Self {
            is_skipped: true,
            ..Self::ok(reason)
        }
    }

    /// One problem.
    pub(super) fn problem(what: impl Into<String>, mend: impl Into<String>) -> Self {
        let mut findings = Self::default();
        findings.add(Severity::Problem, what, mend);
        findings
    }

    /// One warning.
    pub(super) fn warning(what: impl Into<String>, mend: impl Into<String>) -> Self {
        let mut findings = Self::default();
        findings.add(Severity::Warning, what, mend);
        findings
    }

    pub(super) fn add(
        &mut self,
        severity: Severity,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) {
        self.list.push(Finding {
            severity,
            what: what.into(),
            mend: mend.into(),
        });
    }
}

/// A check that has run.
#[derive(Clone, Debug)]
pub(super) struct Check {
    /// The name, such as `queue email`.
    pub(super) name: String,
    pub(super) findings: Findings,
    pub(super) duration: Duration,
}

impl Check {
    /// Runs a check. If it takes longer than `limit`, that is a problem, which `mend` mends.
    pub(super) async fn run(
        name: impl Into<String>,
        limit: Duration,
        mend: &str,
        check: impl Future<Output = Findings>,
    ) -> Self {
        let started_at = Instant::now();
        let findings = timeout(limit, check).await.unwrap_or_else(|_| {
            let what = format!("no answer within {} s (--timeout)", limit.as_secs());
            Findings::problem(what, mend)
        });
        Self {
            name: name.into(),
            findings,
            duration: started_at.elapsed(),
        }
    }

    /// A check that does not run, for this reason.
    pub(super) fn skipped(name: impl Into<String>, reason: &str) -> Self {
        Self {
            name: name.into(),
            findings: Findings::skipped(reason),
            duration: Duration::ZERO,
        }
    }

    /// How bad the worst finding is, if any.
    pub(super) fn severity(&self) -> Option<Severity> {
        self.findings.list.iter().map(|it| it.severity).max()
    }

    /// `ok`, `warning`, `problem` or `skipped`.
    pub(super) fn outcome(&self) -> &'static str {
        match self.severity() {
            Some(severity) => severity.as_str(),
            None if self.findings.is_skipped => "skipped",
            None => "ok",
        }
    }
}
