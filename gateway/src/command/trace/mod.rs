//! `coach trace`: the cause of a slow answer.

mod waterfall;

use std::{collections::HashMap, fmt::Write as _};

use anyhow::Context as _;
use coach_domain::{
    clock::{Clock as _, SystemClock},
    request_trace::{
        self, REMEMBERED, RETENTION, RequestTrace, SideEffectState, side_effect_states,
    },
};
use coach_gateway::settings::Settings;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    database::{Purpose, open_configured_or_dev},
    rfc3339,
};
use crate::cli::{Format, Trace};

const PURPOSE: Purpose = Purpose::of_operators("looking at the requests of");

/// Prints a request, or the list of the slow ones.
pub(crate) async fn run(settings: &Settings, verb: &Trace) -> anyhow::Result<()> {
    let pool = open_configured_or_dev(settings, &PURPOSE).await?;
    let text = if let Some(id) = &verb.request_id {
        let found = request_trace::find(&pool, id).await?;
        let trace = found.with_context(|| unknown(id, settings))?;
        let messages = trace.side_effects.iter();
        let messages = messages.map(|it| (it.message_id, it.queue.clone()));
        let messages: Vec<_> = messages.collect();
        let states = side_effect_states(&pool, &messages).await?;
        match verb.format {
            Format::Text => waterfall::render(&trace, &states),
            Format::Json => serde_json::to_string_pretty(&as_json(&trace, &states)?)? + "\n",
        }
    } else {
        let slow =
            request_trace::slowest(&pool, SystemClock.now() - REMEMBERED, verb.limit).await?;
        list(&slow, verb.format)?
    };
    pool.close().await;
    super::print(&text)
}

fn unknown(id: &str, settings: &Settings) -> String {
    format!(
        "no request with the id {id} is known. Those are kept, for {} hours, that took at least {} ms \
         (COACH_SLOW_REQUEST) or had an error of the server's, from a second or two after the answer on. Of a fast one only the \
         gateway that answered it knows, for an hour: ask it with the query `requestTrace`",
        RETENTION.num_hours(),
        settings.traces.slow.as_millis()
    )
}

fn list(slow: &[RequestTrace], format: Format) -> anyhow::Result<String> {
    let mut text = String::new();
    match format {
        Format::Text if slow.is_empty() => text += "none was slow or failed within the last hour\n",
        Format::Text => {
            for trace in slow {
                let at = rfc3339(trace.started_at);
                let line = format!(
                    "{:>9.1} ms  {}  {at}  {}  {}  {}",
                    trace.duration_ms,
                    trace.status,
                    trace.request_id,
                    trace.operation.as_deref().unwrap_or("-"),
                    trace.error_codes.join(", ")
                );
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{}", line.trim_end());
            }
        }
        Format::Json => {
            let slow = slow.iter().map(|trace| {
                json!({
                    "requestId": trace.request_id,
                    "startedAt": trace.started_at,
                    "instance": trace.instance,
                    "operation": trace.operation,
                    "status": trace.status,
                    "durationMs": trace.duration_ms,
                    "poolWaitMs": trace.pool_wait_ms,
                    "statements": trace.statements.len(),
                    "errorCodes": trace.error_codes,
                })
            });
            let slow: Vec<_> = slow.collect();
            text = serde_json::to_string_pretty(&slow)? + "\n";
        }
    }
    Ok(text)
}

/// The trace with the states of its side effects.
fn as_json(trace: &RequestTrace, states: &HashMap<Uuid, SideEffectState>) -> anyhow::Result<Value> {
    let mut shown = serde_json::to_value(trace)?;
    for (index, message) in trace.side_effects.iter().enumerate() {
        shown["sideEffects"][index]["state"] = json!(states.get(&message.message_id));
    }
    Ok(shown)
}
