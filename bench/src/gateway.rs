//! Starts the released binary: `coach serve`, with default settings except for addresses, folders and the issuer of
//! tokens.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};

use crate::{
    environment::Environment,
    service::{self, Service},
};

/// Starts `coach serve` with extra environment variables.
pub(crate) async fn start(
    name: &'static str,
    environment: &Environment,
    extra_env: &[(&str, String)],
) -> anyhow::Result<Service> {
    start_with(&["serve"], name, environment, extra_env).await
}

/// Starts `coach serve --with-workers` with extra environment variables.
pub(crate) async fn start_with_workers(
    name: &'static str,
    environment: &Environment,
    extra_env: &[(&str, String)],
) -> anyhow::Result<Service> {
    start_with(&["serve", "--with-workers"], name, environment, extra_env).await
}

/// Starts `coach worker` with extra environment variables.
pub(crate) async fn start_worker(
    environment: &Environment,
    extra_env: &[(&str, String)],
) -> anyhow::Result<Service> {
    start_with(&["worker"], "worker", environment, extra_env).await
}

/// Starts `coach dev` with its own home and Postgres. Also returns the time until it was ready.
pub(crate) async fn start_dev(home: &Path) -> anyhow::Result<(Service, Duration)> {
    let address = service::free_address()?;
    let mut command = Command::new(sibling_binary("coach")?);
    command
        .args(["dev", "--no-live-session"])
        .current_dir(home)
        .env_clear()
        .env("COACH_HOME", home)
        .env("COACH_LISTEN", address.to_string());
    let started = Instant::now();
    let service = Service::start("dev", address, command, home).await?;
    Ok((service, started.elapsed()))
}

async fn start_with(
    arguments: &[&str],
    name: &'static str,
    environment: &Environment,
    extra_env: &[(&str, String)],
) -> anyhow::Result<Service> {
    let address = service::free_address()?;
    let mut command = Command::new(sibling_binary("coach")?);
    command
        .args(arguments)
        // Ignores a `coach.toml` in our working directory and settings in the shell.
        .current_dir(&environment.home)
        .env_clear()
        .env("COACH_HOME", &environment.home)
        .env("COACH_AUTH_LOCAL", "yes")
        .env("COACH_LISTEN", address.to_string())
        .env("COACH_DATABASE_URL", &environment.database_url)
        // No load balancer has to notice that the server is not ready any more.
        .env("COACH_TIMEOUT_DRAIN", "0s")
        // A few members do in minutes what many would do in days.
        .env("COACH_LIMIT_COMMANDS", "1000000")
        .env("COACH_MAIL_MEMBER_BUDGET", "10000")
        .env("COACH_MAIL_ADDRESS_BUDGET", "10000")
        .env("COACH_MAIL_CODE_BUDGET", "10000")
        .envs(extra_env.iter().map(|(name, value)| (*name, value)));
    Service::start(name, address, command, &environment.home).await
}

/// The path of a binary in the folder of this one.
fn sibling_binary(name: &str) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let program = own
        .parent()
        .context("this program has no folder")?
        .join(name);
    ensure!(
        program.is_file(),
        "{} is missing: `make bench` builds it",
        program.display()
    );
    Ok(program)
}
