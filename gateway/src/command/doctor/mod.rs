//! `coach doctor`: checks what a deployment needs, and says how to mend what is wrong. Nothing is changed.

mod cdn;
mod check;
mod clock;
mod context;
mod database;
mod identity;
mod mail;
mod objects;
mod queues;
mod report;
mod secrets;
mod settings;
mod telemetry;

use std::{process::ExitCode, time::Duration};

use coach_domain::clock::{Clock as _, SystemClock};
use coach_gateway::{
    database::iam,
    settings::{Error, Examination, Settings, Sources, restart_with_clean_environment},
};
use tokio::runtime::Runtime;

use self::{
    check::{Check, Findings},
    context::Context,
    report::Report,
};
use crate::cli;

#[cfg(feature = "dev")]
use super::dev::running_database_url;

/// Runs all checks and prints their results.
pub(crate) fn run(options: &cli::Doctor) -> ExitCode {
    let printed = examine(options).and_then(|report| {
        let text = match options.format {
            cli::Format::Text => report.as_text(),
            cli::Format::Json => report.as_json()?,
        };
        super::print(&text)?;
        Ok(report.has_problems())
    });
    match printed {
        Ok(false) => ExitCode::SUCCESS,
        Ok(true) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("coach: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn examine(options: &cli::Doctor) -> anyhow::Result<Report> {
    let started_at = SystemClock.now();
    let sources = Sources::of_process(true)?;
    let mut examined = Examination::new(&sources, options.role.processes());
    let dev = examined.settings.as_ref().and_then(dev_database);
    if dev.is_some() {
        // Its database must not be affected by `PG*`.
        restart_with_clean_environment()?;
        // It brings these itself.
        (examined.errors).retain(|error| {
            !matches!(
                error.setting().as_deref(),
                Some("database_url" | "auth_issuer")
            )
        });
    }
    let mut checks = vec![settings::check(&sources, &examined.errors)];
    if let Some(settings) = &mut examined.settings {
        let runtime = Runtime::new()?;
        if settings.uses_database_token() {
            checks.push(runtime.block_on(authenticate(settings, options)));
        }
        let mistaken = examined.errors.iter().filter_map(Error::setting);
        let context = Context {
            options,
            settings,
            sources: &sources,
            is_dev: dev.is_some(),
            database_url: settings.database_url.clone().or(dev),
            mistaken: mistaken.map(|name| name.to_lowercase()).collect(),
        };
        checks.extend(runtime.block_on(run_all(&context)));
    } else {
        let reason = "the settings have to be mended first";
        checks.push(Check::skipped("all other checks", reason));
    }
    Ok(Report {
        role: options.role,
        started_at,
        checks,
    })
}

/// Has the other checks use a token of IAM as the database's password.
async fn authenticate(settings: &mut Settings, options: &cli::Doctor) -> Check {
    const MEND: &str = "set AWS_REGION, and give the process a role (or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY) that allows \
                        rds-db:connect for the user of COACH_DATABASE_URL";
    let look = async {
        match iam::authenticate(settings).await {
            Ok(()) => {
                Findings::ok("it was made, which does not show whether the database takes it")
            }
            Err(error) => Findings::problem(format!("{error:#}"), MEND),
        }
    };
    let limit = Duration::from_secs(options.timeout);
    Box::pin(Check::run("database: token", limit, MEND, look)).await
}

/// The database of a running `coach dev`, if no other is set.
fn dev_database(settings: &Settings) -> Option<String> {
    match settings.database_url {
        Some(_) => None,
        None => running_database_url(settings),
    }
}

#[cfg(not(feature = "dev"))]
fn running_database_url(_: &Settings) -> Option<String> {
    None
}

/// All checks beside that of the settings, in the order in which they are printed.
async fn run_all(context: &Context<'_>) -> Vec<Check> {
    let groups = tokio::join!(
        database::checks(context),
        queues::checks(context),
        objects::checks(context),
        cdn::check(context),
        mail::checks(context),
        identity::checks(context),
        clock::checks(context),
        secrets::checks(context),
        telemetry::checks(context),
    );
    let (database, queues, objects, cdn, mail, identity, clock, secrets, telemetry) = groups;
    let mut checks = database;
    checks.extend(queues);
    checks.extend(objects);
    checks.push(cdn);
    checks.extend(mail);
    checks.extend(identity);
    checks.extend(clock);
    checks.extend(secrets);
    checks.extend(telemetry);
    checks
}
