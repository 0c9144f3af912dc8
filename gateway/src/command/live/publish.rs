//! `coach live publish`.

use coach_domain::{
    audit::{self, Deed},
    live,
};
use sea_orm::{TransactionSession as _, TransactionTrait as _};
use serde_json::json;

use super::{Desk, show::told};
use crate::{cli::Change, command::actor};

/// Writes the file if it does not say what the database says; with `raise` also when it is ahead.
pub(super) async fn run(desk: &Desk, raise: bool, how: &Change) -> anyhow::Result<String> {
    let latest = live::status(&desk.session).await?;
    let file = desk.file().await?;
    let ahead = file.as_ref().filter(|file| file.version > latest.version);
    if how.dry_run {
        let would = match (&file, ahead) {
            (Some(file), _) if *file == latest => "it would stay as it is",
            (_, Some(_)) if raise => "its version would be lifted, and it would be written",
            (_, Some(_)) => "it is ahead of the database, and would stay as it is without --raise",
            _ => "it would be written",
        };
        return Ok(format!("{would}; this was a dry run, nothing is changed\n"));
    }
    if let Some(file) = ahead.filter(|_| raise) {
        let transaction = desk.session.begin().await?;
        let version = live::raise(&transaction, file.version).await?;
        let actor = actor::name(how);
        let deed = Deed {
            actor: &actor,
            action: "live.raise",
            detail: json!({ "file": file.version, "database": latest.version, "version": version }),
        };
        audit::record(&transaction, &deed, desk.now).await?;
        transaction.commit().await?;
    }
    let status = live::publish(&desk.session, &*desk.objects).await?;
    Ok(format!("The status file says: {}\n", told(&status)))
}
