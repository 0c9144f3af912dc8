//! `coach live set`.

use anyhow::bail;
use coach_domain::{
    audit::Actor,
    id::{LiveSessionId, OpaqueId as _},
    live::{self, FileState, LiveState, SessionUpdate, SetSessionError},
    outbox::{self, OutboxBatch},
};
use sea_orm::{TransactionSession as _, TransactionTrait as _};

use super::{LiveContext, show::describe};
use crate::{
    cli::{ChangeOptions, LiveStateArg},
    command::{actor, lowercase},
};

/// Applies the update to the named session, or else to the session of the status file, and writes the file.
pub(super) async fn run(
    context: &LiveContext,
    session: Option<&str>,
    update: &SessionUpdate,
    options: &ChangeOptions,
) -> anyhow::Result<String> {
    let current;
    let id = if let Some(id) = session {
        id
    } else {
        current = live::status(&context.session).await?.session;
        let Some(session) = &current else {
            bail!("no session was ever announced; staff announce them in the app");
        };
        &session.id
    };
    let Some(id) = LiveSessionId::decode(id) else {
        bail!("`{id}` is no id of a live session; `coach live show` prints them");
    };
    let transaction = context.session.begin().await?;
    let (now, dry_run) = (context.now, options.dry_run);
    let mut outbox = OutboxBatch::new(None, now);
    let name = actor::name(options);
    let actor = Actor::operator(&name);
    let set = live::set(&transaction, &mut outbox, id, update, actor, now, dry_run);
    let before = match set.await? {
        Ok(before) => before,
        Err(SetSessionError::Unknown) => {
            bail!("there is no session with this id; `coach live show` prints them")
        }
        Err(SetSessionError::Cancelled(before)) => {
            bail!("`{}` was called off; announce a new session", before.title)
        }
        Err(SetSessionError::Backward(before)) => bail!(
            "`{}` is {} already, and states only go forward; `coach live show` prints the others, for --session",
            before.title,
            lowercase(before.state)
        ),
    };
    let (title, state) = (&before.title, lowercase(before.state));
    if update.is_known(&before) {
        return Ok(format!("`{title}` is {state} already\n"));
    }
    if dry_run {
        transaction.rollback().await?;
        let detail = update.detail(&before);
        return Ok(format!(
            "`{title}` is {state}, and would be set to: {detail}; this was a dry run, nothing is changed\n"
        ));
    }
    outbox::insert(&transaction, outbox.messages(), &tracing::Span::none()).await?;
    transaction.commit().await?;
    // If this fails, the outbox message makes a worker publish the file.
    let status = live::publish(&context.session, &*context.objects).await?;
    let mut text = format!("The status file says: {}\n", describe(&status));
    if status.state == Some(FileState::Live) && status.playback_url.is_none() {
        text += "Nobody can watch: the session has no stream yet. `coach live set --playback-url URL` gives it one.\n";
    }
    Ok(text)
}

impl From<LiveStateArg> for LiveState {
    fn from(state: LiveStateArg) -> Self {
        match state {
            LiveStateArg::Live => Self::Live,
            LiveStateArg::Ended => Self::Ended,
            LiveStateArg::Failed => Self::Failed,
        }
    }
}
