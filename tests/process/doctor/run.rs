//! Runs `coach doctor`.

use std::{
    fmt,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::coach::{operator, run};

/// Arguments for checks of servers that do not answer.
pub(super) const FAST: &[&str] = &["--timeout", "3"];

/// An operator's folder and settings.
#[derive(Clone)]
pub(super) struct Doctor<'a> {
    folder: &'a Path,
    settings: Vec<(&'static str, String)>,
}

impl<'a> Doctor<'a> {
    pub(super) fn new(folder: &'a Path) -> Self {
        Self {
            folder,
            settings: Vec::new(),
        }
    }

    /// The same with one more variable.
    pub(super) fn set(&self, name: &'static str, value: &str) -> Self {
        let mut doctor = self.clone();
        doctor.settings.push((name, value.to_owned()));
        doctor
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = operator(self.folder);
        // With an explicit database these are used, as in production.
        for name in ["PGHOST", "PGPORT", "PGOPTIONS", "AWS_ENDPOINT_URL"] {
            command.env_remove(name);
        }
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.args(arguments).stdin(Stdio::null());
        command
    }

    /// Exit code and output of any subcommand.
    pub(super) fn coach(&self, arguments: &[&str]) -> (i32, String) {
        let (status, text) = run(self.command(arguments));
        (status.code().expect("a code"), text)
    }

    /// Exit code and output, as text.
    pub(super) fn text(&self, arguments: &[&str]) -> (i32, String) {
        self.coach(&[&["doctor"], arguments].concat())
    }

    /// The results.
    pub(super) fn json(&self, arguments: &[&str]) -> DoctorReport {
        let arguments = [&["doctor", "--format", "json"], arguments].concat();
        report(self.command(&arguments))
    }
}

/// The exit code and the results.
pub(super) struct DoctorReport {
    pub(super) code: i32,
    pub(super) value: Value,
}

/// Runs a command that prints results as JSON.
pub(super) fn report(mut command: Command) -> DoctorReport {
    let output = command.output().expect("it runs");
    let value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
        let texts = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
        panic!("{texts:?}")
    });
    let report = DoctorReport {
        code: output.status.code().expect("a code"),
        value,
    };
    assert_eq!(report.value["ok"], report.code == 0, "{report}");
    report
}

impl fmt::Display for DoctorReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:#}", self.value)
    }
}

impl DoctorReport {
    fn check(&self, name: &str) -> &Value {
        let mut checks = self.value["checks"].as_array().expect("checks").iter();
        let check = checks.find(|check| check["name"] == name);
        check.unwrap_or_else(|| panic!("there is no check {name}: {self}"))
    }

    pub(super) fn outcome(&self, name: &str) -> &str {
        self.check(name)["outcome"].as_str().expect("an outcome")
    }

    pub(super) fn note(&self, name: &str) -> &str {
        self.check(name)["note"].as_str().expect("a note")
    }

    /// Fails unless a check has a finding with these parts. Returns what mends it.
    pub(super) fn assert_finding(
        &self,
        name: &str,
        severity: &str,
        what: &str,
        mend: &str,
    ) -> &str {
        let findings = self.check(name)["findings"].as_array().expect("findings");
        let has = |finding: &Value, member: &str, part: &str| {
            finding[member].as_str().is_some_and(|it| it.contains(part))
        };
        let found = findings.iter().find(|finding| {
            finding["severity"] == severity
                && has(finding, "what", what)
                && has(finding, "mend", mend)
        });
        let found = found.unwrap_or_else(|| panic!("{name}: {what}, {mend}: {self}"));
        found["mend"].as_str().expect("text")
    }
}
