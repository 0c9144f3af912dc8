//! The gateway as it ships: `coach serve`, with nothing set but where it is and whose tokens it takes.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};

use crate::{
    service::{self, Service},
    stage::Stage,
};

/// Starts one, with further environment variables.
pub(crate) async fn start(
    name: &'static str,
    stage: &Stage,
    further: &[(&str, String)],
) -> anyhow::Result<Service> {
    start_with(&["serve"], name, stage, further).await
}

/// The same for `coach serve --with-workers`.
pub(crate) async fn start_with_workers(
    name: &'static str,
    stage: &Stage,
    further: &[(&str, String)],
) -> anyhow::Result<Service> {
    start_with(&["serve", "--with-workers"], name, stage, further).await
}

/// The same for `coach worker`.
pub(crate) async fn start_worker(
    stage: &Stage,
    further: &[(&str, String)],
) -> anyhow::Result<Service> {
    start_with(&["worker"], "worker", stage, further).await
}

/// `coach dev` with a home and a Postgres of its own. Says how long it took until it was ready, too.
pub(crate) async fn start_dev(home: &Path) -> anyhow::Result<(Service, Duration)> {
    let address = service::free_address()?;
    let mut command = Command::new(beside_us("coach")?);
    command
        .arg("dev")
        .current_dir(home)
        .env_clear()
        .env("COACH_HOME", home)
        .env("COACH_LISTEN", address.to_string());
    let begun = Instant::now();
    let service = Service::start("dev", address, command, home).await?;
    Ok((service, begun.elapsed()))
}

async fn start_with(
    arguments: &[&str],
    name: &'static str,
    stage: &Stage,
    further: &[(&str, String)],
) -> anyhow::Result<Service> {
    let address = service::free_address()?;
    let mut command = Command::new(beside_us("coach")?);
    command
        .args(arguments)
        // A `coach.toml` where we were started, and settings in the shell, are for other work.
        .current_dir(&stage.home)
        .env_clear()
        .env("COACH_HOME", &stage.home)
        .env("COACH_AUTH_LOCAL", "yes")
        .env("COACH_LISTEN", address.to_string())
        .env("COACH_DATABASE_URL", &stage.database_url)
        // Nobody sends requests by readiness here.
        .env("COACH_TIMEOUT_DRAIN", "0s")
        // A few members do in minutes what many do in days.
        .env("COACH_LIMIT_COMMANDS", "1000000")
        .env("COACH_MAIL_MEMBER_BUDGET", "10000")
        .env("COACH_MAIL_ADDRESS_BUDGET", "10000")
        .env("COACH_MAIL_CODE_BUDGET", "10000")
        .envs(further.iter().map(|(name, value)| (*name, value)));
    Service::start(name, address, command, &stage.home).await
}

/// A program that was built together with this one.
fn beside_us(name: &str) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let program = own
        .parent()
        .context("this program has no folder")?
        .join(name);
    ensure!(
        program.is_file(),
        "{} is missing: cargo build --package coach-gateway",
        program.display()
    );
    Ok(program)
}
