//! `coach live publish`.

use coach_domain::{audit::Actor, live};
use sea_orm::{TransactionSession as _, TransactionTrait as _};

use super::{LiveContext, show::describe};
use crate::{cli::ChangeOptions, command::actor};

/// Writes the status file if it differs from the database. A file with a newer version than the database is overwritten
/// only with `raise`.
pub(super) async fn run(
    context: &LiveContext,
    raise: bool,
    options: &ChangeOptions,
) -> anyhow::Result<String> {
    let latest = live::status(&context.session).await?;
    let file = context.file().await?;
    let ahead = file.as_ref().filter(|file| file.version > latest.version);
    if options.dry_run {
        let outcome = match (&file, ahead) {
            (Some(file), _) if *file == latest => "it would stay as it is",
            (_, Some(_)) if raise => "its version would be lifted, and it would be written",
            (_, Some(_)) => "it is ahead of the database, and would stay as it is without --raise",
            _ => "it would be written",
        };
        return Ok(format!(
            "{outcome}; this was a dry run, nothing is changed\n"
        ));
    }
    if let Some(file) = ahead.filter(|_| raise) {
        let transaction = context.session.begin().await?;
        let name = actor::name(options);
        live::raise_above(&transaction, file, Actor::operator(&name), context.now).await?;
        transaction.commit().await?;
    }
    let status = live::publish(&context.session, &*context.objects).await?;
    Ok(format!("The status file says: {}\n", describe(&status)))
}
