//! `webhookEvents` and `replayWebhookEvents`, for staff.

use coach_domain::{
    command::{UserError, UserErrorReason},
    webhook::{self, EventSummary, ReplayWebhookEvents},
};
use uuid::Uuid;

use crate::{
    Error, MutationError, RequestContext, Resolvers, arguments, input, mutation, patch::optional,
    payload::ReplayWebhookEventsPayload, query,
};

impl query::WebhookEvents for Resolvers {
    type Value = Option<Vec<EventSummary>>;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::QueryWebhookEvents,
    ) -> Result<Self::Value, Error> {
        let limit = u32::try_from(arguments.first).unwrap_or_default();
        let (source, state) = (optional(&arguments.source), optional(&arguments.state));
        let found = webhook::latest(context.session(), source, state, limit).await?;
        Ok(Some(found))
    }
}

impl mutation::ReplayWebhookEvents for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::ReplayWebhookEventsInput,
    ) -> Result<ReplayWebhookEventsPayload, MutationError> {
        let ids = (0..).zip(&input.ids).map(|(index, id)| decode(id, index));
        let ids = ids.collect::<Result<Vec<_>, _>>()?;
        let command = ReplayWebhookEvents {
            ids: ids.clone(),
            dry_run: input.dry_run,
        };
        context.execute(input, command).await?;
        let events = webhook::find_all(context.session(), &ids).await?;
        Ok(ReplayWebhookEventsPayload {
            events: Some(events),
            ..Default::default()
        })
    }
}

/// The id of an event; `index` is its index in the input's list.
fn decode(id: &str, index: usize) -> Result<Uuid, UserError> {
    // Others than the canonical form are not ids that the API has returned.
    let parsed = Uuid::try_parse(id).ok();
    let parsed = parsed.filter(|parsed| parsed.to_string() == id);
    parsed.ok_or_else(|| {
        let path = ["input", "ids"].map(str::to_owned).into_iter();
        let path = path.chain([index.to_string()]).collect();
        UserError::at(UserErrorReason::UnknownObject, path)
    })
}
