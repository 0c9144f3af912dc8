//! `deadLetters`, and the mutations by which staff redrive and discard them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use coach_domain::{
    Error as Domain,
    queue::{QueueName, Received},
    repair::{DeadLetterChoice, DiscardDeadLetters, RedriveDeadLetters},
};
use uuid::Uuid;

use super::{consumed, queue_names, queue_status, saturating_i32};
use crate::{
    Error, MutationError, RequestContext, Resolvers, arguments, input, mutation,
    patch::optional,
    payload::{DiscardDeadLettersPayload, RedriveDeadLettersPayload},
    query,
};

/// `DeadLetter`.
#[derive(Debug)]
pub struct DeadLetter {
    pub(crate) id: String,
    pub(crate) kind: Option<String>,
    pub(crate) version: Option<i32>,
    pub(crate) message_id: Option<Uuid>,
    pub(crate) occurred_at: Option<DateTime<Utc>>,
    pub(crate) enqueued_at: DateTime<Utc>,
    pub(crate) receives: i32,
}

impl From<Received> for DeadLetter {
    fn from(letter: Received) -> Self {
        let envelope = letter.envelope();
        Self {
            message_id: envelope.as_ref().map(|envelope| envelope.id),
            occurred_at: envelope.as_ref().map(|envelope| envelope.occurred_at),
            version: envelope
                .as_ref()
                .map(|envelope| saturating_i32(envelope.version)),
            kind: envelope.map(|envelope| envelope.kind),
            id: letter.id,
            enqueued_at: letter.sent_at,
            receives: saturating_i32(letter.receives),
        }
    }
}

impl query::DeadLetters for Resolvers {
    type Value = Option<Vec<DeadLetter>>;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::QueryDeadLetters,
    ) -> Result<Self::Value, Error> {
        let queue = QueueName::consumed(&arguments.queue).ok_or_else(|| {
            let why = format!("is not one of the queues {}", queue_names());
            Domain::BadArgument("queue", why)
        })?;
        let limit = usize::try_from(arguments.first).unwrap_or_default();
        let operations = &context.app().operations;
        let letters = operations.list_dead_letters(queue, limit).await;
        let letters = letters.map_err(Domain::from)?.into_iter();
        Ok(Some(letters.map(DeadLetter::from).collect()))
    }
}

impl mutation::RedriveDeadLetters for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::RedriveDeadLettersInput,
    ) -> Result<RedriveDeadLettersPayload, MutationError> {
        let queue = consumed(&input.queue)?;
        let command = RedriveDeadLetters {
            queue,
            choice: choice(optional(&input.ids), input.limit),
            dry_run: input.dry_run,
            operations: Arc::clone(&context.app().operations),
        };
        let redriven = context.execute(input, command).await?;
        Ok(RedriveDeadLettersPayload {
            queue: queue_status(context, queue).await?,
            redriven: Some(saturating_i32(redriven.count)),
            ..Default::default()
        })
    }
}

impl mutation::DiscardDeadLetters for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::DiscardDeadLettersInput,
    ) -> Result<DiscardDeadLettersPayload, MutationError> {
        let queue = consumed(&input.queue)?;
        let command = DiscardDeadLetters {
            queue,
            choice: choice(optional(&input.ids), input.limit),
            dry_run: input.dry_run,
            operations: Arc::clone(&context.app().operations),
        };
        let discarded = context.execute(input, command).await?;
        Ok(DiscardDeadLettersPayload {
            queue: queue_status(context, queue).await?,
            discarded: Some(saturating_i32(discarded.count)),
            ..Default::default()
        })
    }
}

fn choice(ids: Option<Vec<String>>, limit: i32) -> DeadLetterChoice {
    DeadLetterChoice {
        ids: ids.unwrap_or_default(),
        limit: u32::try_from(limit).unwrap_or_default(),
    }
}
