//! Runs `coach queue`.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use coach_domain::database::{self, Options};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::Value;

use crate::coach::operator;

/// An operator with a working folder and environment variables.
pub(super) struct Operator<'a> {
    pub(super) folder: &'a Path,
    pub(super) settings: Vec<(&'static str, String)>,
}

impl Operator<'_> {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = operator(self.folder);
        // With an explicit database the driver uses these, as in production.
        for name in ["PGHOST", "PGPORT", "PGOPTIONS"] {
            command.env_remove(name);
        }
        for (name, value) in &self.settings {
            command.env(name, value);
        }
        command.arg("queue").args(arguments).stdin(Stdio::null());
        command
    }

    /// Exit code, standard output and standard error.
    pub(super) fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = self.command(arguments).output().expect("it runs");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        let code = output.status.code().expect("a code");
        (code, text(output.stdout), text(output.stderr))
    }

    /// Runs a command, which must succeed, and returns its standard output.
    pub(super) fn succeed(&self, arguments: &[&str]) -> String {
        let (code, stdout, stderr) = self.run(arguments);
        assert_eq!(code, 0, "{arguments:?}: {stdout}{stderr}");
        stdout
    }

    pub(super) fn json(&self, arguments: &[&str]) -> Value {
        let stdout = self.succeed(&[arguments, &["--format", "json"]].concat());
        serde_json::from_str(&stdout).expect("JSON")
    }

    /// A queue's entry in the list.
    pub(super) fn queue(&self, name: &str) -> Value {
        let list = self.json(&["list"]);
        let queues = list["queues"].as_array().expect("queues").iter();
        let mut found = queues.filter(|queue| queue["name"] == name);
        found.next().expect("it").clone()
    }

    /// The first value that a statement returns, as text.
    pub(super) fn value(&self, sql: &str) -> Option<String> {
        let url =
            coach_dev::running_url(&self.folder.join("home"), "coach").expect("coach dev runs");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let pool = database::connect(&url, &Options::default()).await;
            let statement = Statement::from_string(DbBackend::Postgres, sql);
            let row = pool.expect("a connection").query_one_raw(statement).await;
            row.expect(sql)
                .map(|row| row.try_get_by_index(0).expect("a text"))
        })
    }

    /// The audit log, oldest first.
    pub(super) fn entries(&self) -> Vec<Value> {
        let sql = "SELECT jsonb_agg(to_jsonb(audit) ORDER BY occurred_at, id)::text FROM audit";
        let entries = self.value(&format!("SELECT coalesce(({sql}), '[]')"));
        serde_json::from_str(&entries.expect("a row")).expect("JSON")
    }
}
