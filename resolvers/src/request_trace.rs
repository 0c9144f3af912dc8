//! `slowRequests`, `requestTrace` and `explainRequest`: the cause of a slow answer, for staff.

use std::{collections::HashSet, sync::Arc};

use coach_domain::request_trace::{
    self, ExplainRequest, REMEMBERED, RequestTrace, SideEffectState, side_effect_states,
};
use coach_execution::Batch;
use uuid::Uuid;

use crate::{
    Error, MutationError, RequestContext, Resolvers, arguments, batch, input, mutation,
    payload::ExplainRequestPayload, query,
};

impl query::SlowRequests for Resolvers {
    type Value = Option<Vec<RequestTrace>>;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::QuerySlowRequests,
    ) -> Result<Self::Value, Error> {
        let limit = u32::try_from(arguments.first).unwrap_or_default();
        let now = context.app().clock.now();
        let mut slow = context.app().traces.slow_requests(now);
        let known: HashSet<_> = slow.iter().map(|trace| trace.id).collect();
        let written = request_trace::slowest(context.session(), now - REMEMBERED, limit);
        let written = written.await?.into_iter();
        slow.extend(written.filter(|trace| !known.contains(&trace.id)));
        slow.sort_by(|one, other| other.duration_ms.total_cmp(&one.duration_ms));
        slow.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(Some(slow))
    }
}

impl query::RequestTrace for Resolvers {
    type Value = Option<Arc<RequestTrace>>;

    async fn resolve(
        context: &RequestContext,
        arguments: &arguments::QueryRequestTrace,
    ) -> Result<Self::Value, Error> {
        let (id, app) = (&arguments.request_id, context.app());
        if let Some(trace) = app.traces.find(id, app.clock.now()) {
            return Ok(Some(Arc::new(trace)));
        }
        let written = request_trace::find(context.session(), id).await?;
        Ok(written.map(Arc::new))
    }
}

impl batch::TracedSideEffectState for Resolvers {
    type Key = (Uuid, String);
    type Value = SideEffectState;

    async fn load(
        context: &RequestContext,
        messages: &[(Uuid, String)],
    ) -> Result<Batch<(Uuid, String), SideEffectState>, Error> {
        let found = side_effect_states(context.session(), messages).await?;
        let states = messages.iter();
        Ok(states
            .filter_map(|message| Some((message.clone(), *found.get(&message.0)?)))
            .collect())
    }
}

impl mutation::ExplainRequest for Resolvers {
    async fn resolve(
        context: &RequestContext,
        input: &input::ExplainRequestInput,
    ) -> Result<ExplainRequestPayload, MutationError> {
        let app = context.app();
        let command = ExplainRequest {
            request_id: input.request_id.clone(),
            traces: Arc::clone(&app.traces),
        };
        context.execute(input, command).await?;
        // Not in the transaction of the command, which must not wait for slow statements. A retry runs them again.
        let (id, now) = (&input.request_id, app.clock.now());
        let explained = request_trace::explain(&app.database, &app.traces, id, now).await?;
        Ok(ExplainRequestPayload {
            explanations: Some(explained),
            ..Default::default()
        })
    }
}
