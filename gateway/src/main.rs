//! The command `coach`.

mod cli;
mod command;

use std::{process::ExitCode, time::Duration};

use clap::Parser as _;
use coach_gateway::{
    database::iam,
    settings::{self, Settings, Sources},
    settings_updates::{SecretFiles, SettingsUpdates},
    telemetry::Telemetry,
};

use crate::cli::{Cli, Verb};

/// A request allocates and frees about 10,000 small values; `bench/README.md` has measurements of what this allocator
/// saves.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long the process waits at shutdown for blocking tasks that outlive their request.
const BLOCKING_SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    let verb = Cli::parse().verb;
    if let Verb::Schema(schema) = &verb {
        return command::schema::run(schema);
    }
    if let Verb::Probe(probe) = &verb {
        return command::probe::run(probe);
    }
    if let Verb::Doctor(doctor) = &verb {
        return command::doctor::run(doctor);
    }
    match run(&verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("coach: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(verb: &Verb) -> anyhow::Result<()> {
    #[cfg(feature = "dev")]
    if matches!(verb, Verb::Dev { .. }) {
        settings::restart_with_clean_environment()?;
    }
    let sources = Sources::of_process(verb.takes_database_url())?;
    if matches!(verb, Verb::CheckConfig { .. }) {
        return command::config::check(&sources, verb.roles());
    }
    let files = SecretFiles::read(sources.secret_files());
    let mut settings = Settings::load_for(&sources, verb.roles())?;
    if let Verb::Health { live } = verb {
        return command::health::check(&settings, *live);
    }
    if verb.falls_back_to_dev() && settings.database_url.is_none() {
        // The database of `coach dev` is used, which must not be affected by `PG*` either.
        settings::restart_with_clean_environment()?;
    }
    let (telemetry, log_filter) = Telemetry::start(&settings)?;
    if !settings.ignored_variables.is_empty() {
        tracing::warn!(
            variables = settings.ignored_variables.join(", "),
            "ignored variables that Kubernetes sets for a Service named coach; `enableServiceLinks: false` in the pod's \
             spec prevents them"
        );
    }
    if let Verb::Token { email, groups } = verb {
        return command::token::print(&settings, email.as_deref(), groups);
    }
    let runtime = tokio::runtime::Runtime::new()?;
    let result = runtime.block_on(async {
        if verb.is_service() {
            let takes_database_url = verb.takes_database_url();
            let load = move || Settings::load(&Sources::of_process(takes_database_url)?);
            log_filter.reload_on_hangup(load)?;
        }
        iam::authenticate(&mut settings).await?;
        let updates = |settings: &Settings| {
            let (changed, roles) = (sources.clone(), verb.roles());
            let load = move || Settings::load_for(&changed, roles);
            SettingsUpdates::watch(files, settings.clone(), load)
        };
        match verb {
            #[cfg(feature = "dev")]
            Verb::Dev { no_live_session } => {
                Box::pin(command::dev::run(settings, !no_live_session)).await
            }
            Verb::Serve { with_workers } => {
                let updates = updates(&settings);
                Box::pin(command::serve::run(settings, updates, *with_workers)).await
            }
            Verb::Worker => {
                let updates = updates(&settings);
                command::worker::run(settings, updates).await
            }
            Verb::Migrate => command::database::migrate(&settings).await,
            Verb::Seed { content_only } => command::database::seed(&settings, *content_only).await,
            Verb::Catalogue(catalogue) => command::catalogue::run(&settings, catalogue).await,
            Verb::Queue(queue) => command::queue::run(&settings, queue).await,
            Verb::Trace(trace) => command::trace::run(&settings, trace).await,
            Verb::Live(live) => command::live::run(&settings, live).await,
            Verb::Webhook(webhook) => command::webhook::run(&settings, webhook).await,
            Verb::Token { .. }
            | Verb::Schema(_)
            | Verb::Probe(_)
            | Verb::Health { .. }
            | Verb::Doctor(_)
            | Verb::CheckConfig { .. } => Ok(()),
        }
    });
    runtime.shutdown_timeout(BLOCKING_SHUTDOWN_TIMEOUT);
    telemetry.stop();
    result
}
