//! `coach live publish`.

use coach_domain::{
    audit::Actor,
    live::{self, Republication},
};
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
    let file = context.file().await?;
    let transaction = context.session.begin().await?;
    let name = actor::name(options);
    let actor = Actor::operator(&name);
    let outcome = live::republish(&transaction, file.as_ref(), raise, actor, context.now).await?;
    if options.dry_run {
        transaction.rollback().await?;
        let outcome = match outcome {
            Republication::UpToDate { .. } => "it would stay as it is",
            Republication::Ahead => {
                "it is ahead of the database, and would stay as it is without --raise"
            }
            Republication::Due { raised: true, .. } => {
                "its version would be lifted, and it would be written"
            }
            Republication::Due { raised: false, .. } => "it would be written",
        };
        return Ok(format!(
            "{outcome}; this was a dry run, nothing is changed\n"
        ));
    }
    transaction.commit().await?;
    let status = live::publish(&context.session, &*context.objects).await?;
    Ok(format!("The status file says: {}\n", describe(&status)))
}
