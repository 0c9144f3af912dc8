//! Starts the released binary `coach`, with default settings except for addresses, folders and the issuer of tokens.

use std::{
    net::SocketAddr,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::ensure;

use crate::{
    environment::Environment,
    service::{self, Service},
};

/// Starts `coach` with these arguments, separated by spaces, and extra environment variables.
pub(crate) async fn start(
    name: &'static str,
    arguments: &str,
    environment: &Environment,
    extra_env: &[(&str, String)],
) -> anyhow::Result<Service> {
    let address = service::free_address()?;
    let mut command = coach(arguments, address, &environment.home)?;
    command
        .env("COACH_AUTH_LOCAL", "yes")
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

/// Starts `coach dev` with its own home and Postgres. Also returns the time until it was ready.
pub(crate) async fn start_dev(home: &Path) -> anyhow::Result<(Service, Duration)> {
    let address = service::free_address()?;
    let command = coach("dev --no-live-session", address, home)?;
    let started = Instant::now();
    let service = Service::start("dev", address, command, home).await?;
    Ok((service, started.elapsed()))
}

/// The binary beside this one, without what the shell and a `coach.toml` in our working directory would set.
fn coach(arguments: &str, address: SocketAddr, home: &Path) -> anyhow::Result<Command> {
    let program = std::env::current_exe()?.with_file_name("coach");
    ensure!(
        program.is_file(),
        "{} is missing: `make bench` builds it",
        program.display()
    );
    let mut command = Command::new(program);
    command
        .args(arguments.split(' '))
        .current_dir(home)
        .env_clear()
        .env("COACH_HOME", home)
        .env("COACH_LISTEN", address.to_string());
    Ok(command)
}
