//! `coach queue show`.

use std::fmt::Write as _;

use coach_domain::queue::{Envelope, QueueName, Received};
use serde_json::{Value, json};

use super::QueueContext;
use crate::{cli::Format, command::rfc3339};

/// Prints a queue's dead letters, oldest first.
pub(super) async fn run(
    context: &QueueContext,
    queue: QueueName,
    limit: u32,
    payload: bool,
    format: Format,
) -> anyhow::Result<String> {
    let letters = context
        .operations
        .list_dead_letters(queue, usize::try_from(limit)?)
        .await?;
    let dead = context.operations.depth(queue).await?.dead;
    // SQS counts approximately.
    let dead = dead.max(letters.len().try_into()?);
    Ok(match format {
        Format::Text => {
            let shown: String = letters
                .iter()
                .map(|letter| as_text(letter, payload))
                .collect();
            let shown_of = letters.len();
            format!("{shown}{shown_of} of {dead} dead letters of {queue}\n")
        }
        Format::Json => {
            let letters: Vec<_> = letters
                .iter()
                .map(|letter| as_json(letter, payload))
                .collect();
            let all = json!({ "queue": queue, "dead": dead, "letters": letters });
            serde_json::to_string_pretty(&all)? + "\n"
        }
    })
}

/// A dead letter as a few lines of text.
fn as_text(letter: &Received, payload: bool) -> String {
    let (id, sent) = (&letter.id, rfc3339(letter.sent_at));
    let Some(envelope) = letter.envelope() else {
        let length = letter.body.len();
        let mut text = format!("{id}  not an envelope, {length} bytes, sent {sent}\n");
        if payload {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "    {}", letter.body);
        }
        return text;
    };
    let Envelope { kind, version, .. } = &envelope;
    let mut text = format!("{id}  {kind} v{version}, sent {sent}\n");
    let _ = write!(
        text,
        "    envelope {} of {}",
        envelope.id,
        rfc3339(envelope.occurred_at)
    );
    if let Some(member) = envelope.member {
        let _ = write!(text, ", member {}", member.0);
    }
    text.push('\n');
    if payload {
        let location = envelope
            .payload_at
            .map(|key| format!("in the object store: {key}"));
        let payload = location.unwrap_or_else(|| envelope.payload.to_string());
        let _ = writeln!(text, "    {payload}");
    }
    text
}

/// A dead letter as JSON.
fn as_json(letter: &Received, payload: bool) -> Value {
    let mut shown = json!({ "id": letter.id, "sentAt": letter.sent_at, "envelope": null });
    if let Some(mut envelope) = letter.envelope() {
        if !payload {
            // A payload of `null` is not serialized.
            envelope.payload = Value::Null;
        }
        shown["envelope"] = json!(envelope);
    } else if payload {
        shown["body"] = letter.body.as_str().into();
    }
    shown
}

/// A number of dead letters, in words.
pub(super) fn counted(letters: usize) -> String {
    match letters {
        1 => "1 dead letter".to_owned(),
        many => format!("{many} dead letters"),
    }
}
