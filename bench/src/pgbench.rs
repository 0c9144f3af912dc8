//! pgbench with the statements of a server: what Postgres can do at most.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, ensure};
use tokio::process::Command;

use crate::{
    environment::Environment, environment::create_empty_folder, process,
    statement_log::LoggedStatement, statistics::milliseconds,
};

/// As many connections as servers have.
const CONNECTIONS: &str = "20";

/// In this time each connection has prepared the statements of each member, and Postgres has chosen their plans.
const WARM_UP: u32 = 3;

/// How long it goes on, in seconds, so that none of its connections ends while it is measured.
const MARGIN: u32 = 1;

/// The gateway's connections have it too: else Postgres plans statements with arrays anew for each execution.
const SETTINGS: &str = "-c plan_cache_mode=force_generic_plan";

/// Scripts for pgbench, one for each member.
pub(crate) struct Pgbench {
    /// The name in tables.
    pub(crate) name: &'static str,
    program: PathBuf,
    /// The arguments that do not depend on the duration.
    arguments: Vec<String>,
}

/// The result of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    /// Members' statements, all of one request together, in a second.
    pub(crate) throughput: f64,
    /// The CPU time of Postgres for each of them, in milliseconds.
    pub(crate) postgres_cpu: f64,
}

impl Pgbench {
    /// Writes the scripts. `members` has the statements of one request of each. `pipelined` sends them all at once.
    pub(crate) fn new(
        name: &'static str,
        environment: &Environment,
        members: &[Vec<LoggedStatement>],
        pipelined: bool,
    ) -> anyhow::Result<Self> {
        let kind = if pipelined { "pipelined" } else { "sequential" };
        let folder = environment.home.join("pgbench").join(kind);
        create_empty_folder(&folder)?;
        let mut arguments: Vec<String> = ["--no-vacuum", "--protocol=prepared", "--jobs=2"]
            .map(str::to_owned)
            .into();
        arguments.push(format!("--client={CONNECTIONS}"));
        arguments.push("--progress=1".to_owned());
        for (member, statements) in members.iter().enumerate() {
            let script = Script::new(member, statements, pipelined);
            let file = folder.join(format!("{member}.sql"));
            fs::write(&file, script.text)?;
            arguments.push(format!("--file={}", file.display()));
            let variables = script.variables.into_iter();
            arguments.extend(variables.map(|(name, value)| format!("--define={name}={value}")));
        }
        arguments.push(format!("--host={}", environment.socket_folder().display()));
        arguments.push("--username=coach".to_owned());
        arguments.push(environment.database().to_owned());
        Ok(Self {
            name,
            program: program(environment.postgres),
            arguments,
        })
    }

    /// Runs the scripts, each as often as the others, for this number of seconds after a warm-up.
    pub(crate) async fn run(&self, postgres: u32, seconds: u32) -> anyhow::Result<Limit> {
        let mut command = Command::new(&self.program);
        let child = command
            .env("PGOPTIONS", SETTINGS)
            .arg(format!("--time={}", WARM_UP + seconds + MARGIN))
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{}, which comes with Postgres", self.program.display()))?;
        let measure = async {
            tokio::time::sleep(Duration::from_secs(WARM_UP.into())).await;
            let before = process::cpu_with_children(postgres)?;
            tokio::time::sleep(Duration::from_secs(seconds.into())).await;
            anyhow::Ok(process::cpu_with_children(postgres)?.saturating_sub(before))
        };
        let (cpu, output) = tokio::try_join!(measure, async {
            child.wait_with_output().await.context("pgbench")
        })?;
        let log = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "pgbench failed: {log}");
        let rates = rates(&log).skip(WARM_UP as usize).take(seconds as usize);
        let rates: Vec<f64> = rates.collect();
        ensure!(!rates.is_empty(), "pgbench did not say how it went: {log}");
        let throughput = rates.iter().sum::<f64>() / f64::from(u32::try_from(rates.len())?);
        Ok(Limit {
            throughput,
            postgres_cpu: milliseconds(cpu) / (throughput * f64::from(seconds)),
        })
    }
}

/// The transactions a second in lines such as `progress: 2.0 s, 1234.5 tps, lat 1.2 ms stddev 0.3, 0 failed`.
fn rates(log: &str) -> impl Iterator<Item = f64> {
    log.lines().filter_map(|line| {
        let (_, rest) = line.strip_prefix("progress: ")?.split_once(" s, ")?;
        rest.split_once(" tps")?.0.parse().ok()
    })
}

/// The program beside the running server, else that of the `PATH`.
fn program(postgres: u32) -> PathBuf {
    let server = fs::read_link(format!("/proc/{postgres}/exe"));
    let beside = server.map(|server| server.with_file_name("pgbench"));
    let found = beside.ok().filter(|program| program.is_file());
    found.unwrap_or_else(|| Path::new("pgbench").to_owned())
}

/// The script of a member, and the values of its variables.
#[derive(Debug, PartialEq, Eq)]
struct Script {
    text: String,
    variables: Vec<(String, String)>,
}

impl Script {
    fn new(member: usize, statements: &[LoggedStatement], pipelined: bool) -> Self {
        let mut variables = Vec::new();
        let mut text = String::new();
        for (number, statement) in statements.iter().enumerate() {
            let mut sql = statement.sql.trim().trim_end_matches(';').to_owned();
            // From the last, for `$1` is the beginning of `$10`.
            for (index, value) in statement.parameters.iter().enumerate().rev() {
                let placeholder = format!("${}", index + 1);
                let Some(value) = value else {
                    sql = sql.replace(&placeholder, "NULL");
                    continue;
                };
                let name = format!("m{member}_s{number}_p{}", index + 1);
                sql = sql.replace(&placeholder, &format!(":{name}"));
                variables.push((name, value.clone()));
            }
            text.push_str(&sql);
            text.push_str(";\n");
        }
        if pipelined {
            text = format!("\\startpipeline\n{text}\\endpipeline\n");
        }
        Self { text, variables }
    }
}

#[cfg(test)]
mod tests {
    use super::{Script, rates};
    use crate::statement_log::LoggedStatement;

    #[test]
    fn parameters_are_variables() {
        let statement = LoggedStatement::new(
            "SELECT $1::uuid[], $2, $11",
            (1..=11).map(|number| (number != 2).then(|| number.to_string())),
        );
        let script = Script::new(3, &[statement], true);
        assert_eq!(
            script.text,
            "\\startpipeline\nSELECT :m3_s0_p1::uuid[], NULL, :m3_s0_p11;\n\\endpipeline\n"
        );
        let first = script.variables.last().unwrap();
        assert_eq!((first.0.as_str(), first.1.as_str()), ("m3_s0_p1", "1"));
    }

    #[test]
    fn the_rate_of_each_second_is_read() {
        let log = "pgbench (15.18)\nprogress: 1.0 s, 950.5 tps, lat 2.0 ms stddev 0.4, 0 failed\n\
                   progress: 2.0 s, 1000.0 tps, lat 2.0 ms stddev 0.4, 0 failed\n";
        assert_eq!(rates(log).collect::<Vec<_>>(), [950.5, 1000.0]);
    }
}
