//! Somebody who types `coach queue`.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use coach_domain::database::{self, Options};
use coach_gateway::embedded;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::Value;

use crate::coach::operator;

/// An operator: in a folder, with settings.
pub(super) struct Operator<'a> {
    pub(super) folder: &'a Path,
    pub(super) settings: Vec<(&'static str, String)>,
}

impl Operator<'_> {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = operator(self.folder);
        // To a database that is set explicitly the driver takes these too, as in production.
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

    /// What it says when it goes well.
    pub(super) fn says(&self, arguments: &[&str]) -> String {
        let (code, said, errors) = self.run(arguments);
        assert_eq!(code, 0, "{arguments:?}: {said}{errors}");
        said
    }

    pub(super) fn json(&self, arguments: &[&str]) -> Value {
        let said = self.says(&[arguments, &["--format", "json"]].concat());
        serde_json::from_str(&said).expect("JSON")
    }

    /// One of the queues in the list.
    pub(super) fn listed(&self, name: &str) -> Value {
        let list = self.json(&["list"]);
        let queues = list["queues"].as_array().expect("queues").iter();
        let mut found = queues.filter(|queue| queue["name"] == name);
        found.next().expect("it").clone()
    }

    /// The first of what a statement finds, as text.
    pub(super) fn value(&self, sql: &str) -> Option<String> {
        let url = embedded::running(&self.folder.join("home"), "coach").expect("coach dev runs");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let pool = database::connect(&url, &Options::default()).await;
            let statement = Statement::from_string(DbBackend::Postgres, sql);
            let row = pool.expect("a connection").query_one_raw(statement).await;
            row.expect(sql)
                .map(|row| row.try_get_by_index(0).expect("a text"))
        })
    }

    /// Who did what, oldest first.
    pub(super) fn deeds(&self) -> Vec<Value> {
        let sql = "SELECT jsonb_agg(to_jsonb(audit) ORDER BY occurred_at, id)::text FROM audit";
        let deeds = self.value(&format!("SELECT coalesce(({sql}), '[]')"));
        serde_json::from_str(&deeds.expect("a row")).expect("JSON")
    }
}
