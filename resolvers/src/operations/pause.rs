//! `pauseQueue` and `resumeQueue`, for staff.

use std::sync::Arc;

use coach_domain::repair::{PauseQueue, ResumeQueue};

use super::{consumed, queue_status};
use crate::{
    MutationError, RequestContext, Resolvers, input, mutation,
    payload::{PauseQueuePayload, ResumeQueuePayload},
};

impl mutation::PauseQueue for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::PauseQueueInput,
    ) -> Result<PauseQueuePayload, MutationError> {
        let queue = consumed(&input.queue)?;
        let operations = Arc::clone(&context.app().operations);
        context
            .execute(input, PauseQueue { queue, operations })
            .await?;
        Ok(PauseQueuePayload {
            queue: queue_status(context, queue).await?,
            ..Default::default()
        })
    }
}

impl mutation::ResumeQueue for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::ResumeQueueInput,
    ) -> Result<ResumeQueuePayload, MutationError> {
        let queue = consumed(&input.queue)?;
        let operations = Arc::clone(&context.app().operations);
        context
            .execute(input, ResumeQueue { queue, operations })
            .await?;
        Ok(ResumeQueuePayload {
            queue: queue_status(context, queue).await?,
            ..Default::default()
        })
    }
}
