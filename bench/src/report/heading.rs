//! The heading of a table: command, machine, commit, date and data set.

use std::io::{self, Write as _};

use anyhow::Context as _;
use chrono::SecondsFormat;
use coach_domain::clock::{Clock as _, SystemClock};

use super::{machine, results};
use crate::{
    cli::Common, dataset, environment::Environment, format::count, log_progress, sql::query_value,
};

/// The heading of the results of a run.
#[derive(Clone)]
pub(crate) struct Heading {
    verb: &'static str,
    save: bool,
    text: String,
}

impl Heading {
    /// Collects the information, before the load starts. `programs` are those that were used, with their versions.
    pub(crate) async fn new(
        verb: &'static str,
        common: &Common,
        environment: &Environment,
        programs: &str,
    ) -> anyhow::Result<Self> {
        let rows = dataset::rows(&environment.pool).await?;
        let members = count(common.members.into());
        let data = format!("{members} members with {} rows", count(rows));
        Self::with_data(verb, common, environment, programs, &data).await
    }

    /// The same with another description of the data.
    pub(crate) async fn with_data(
        verb: &'static str,
        common: &Common,
        environment: &Environment,
        programs: &str,
        data: &str,
    ) -> anyhow::Result<Self> {
        let version: String = query_value(&environment.pool, "SHOW server_version").await?;
        let postgres = version.split(' ').next().context("no version")?;
        let words: Vec<_> = std::env::args().skip(1).collect();
        let text = format!(
            "## {verb}\n\n- command: `{}`\n- machine: {}\n- commit: {}\n- date: {}\n\
             - data: {data}; {programs}, PostgreSQL {postgres}\n\n",
            command(&words, common.members),
            machine::describe(),
            machine::commit(),
            SystemClock.now().to_rfc3339_opts(SecondsFormat::Secs, true),
        );
        let save = common.save;
        Ok(Self { verb, save, text })
    }

    /// Prints the results, and saves them if `--save` is given.
    pub(crate) fn publish(&self, body: &str) -> anyhow::Result<()> {
        let section = format!("{}{body}", self.text);
        io::stdout().lock().write_all(section.as_bytes())?;
        if self.save {
            results::save(self.verb, &section)?;
            log_progress("saved in bench/RESULTS.md");
        }
        Ok(())
    }
}

/// The `make` command that repeats the run, from the arguments of this process.
fn command(words: &[String], members: u32) -> String {
    let mut rest = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--members" {
            words.next();
        } else if !word.starts_with("--members=") {
            let quoted = format!("\"{word}\"");
            rest.push(if word.contains(' ') { &quoted } else { word }.clone());
        }
    }
    match rest.join(" ").as_str() {
        "run" => format!("make bench MEMBERS={members}"),
        rest if rest.contains(' ') => format!("make bench MEMBERS={members} BENCH='{rest}'"),
        rest => format!("make bench MEMBERS={members} BENCH={rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn the_command_repeats_the_run() {
        let of = |words: &str| {
            let words: Vec<_> = words.split(' ').map(str::to_owned).collect();
            command(&words, 500)
        };
        assert_eq!(of("run --members 500"), "make bench MEMBERS=500");
        assert_eq!(of("memory"), "make bench MEMBERS=500 BENCH=memory");
        assert_eq!(
            of("--members=500 telemetry --pairs 3"),
            "make bench MEMBERS=500 BENCH='telemetry --pairs 3'"
        );
        let words = ["run", "--operation", "Today, gzip"].map(str::to_owned);
        assert_eq!(
            command(&words, 10_000),
            "make bench MEMBERS=10000 BENCH='run --operation \"Today, gzip\"'"
        );
    }
}
