//! `coach queue show`, and the letters that other verbs choose.

use std::fmt::Write as _;

use anyhow::ensure;
use coach_domain::queue::{Envelope, QueueName, Received};
use serde_json::{Value, json};

use super::{Desk, list::moment};
use crate::cli::Format;

/// Among how many letters those with given ids are looked for.
const LOOK: usize = 10_000;

/// Prints a queue's dead letters, oldest first.
pub(super) async fn run(
    desk: &Desk,
    queue: QueueName,
    limit: u32,
    payload: bool,
    format: Format,
) -> anyhow::Result<String> {
    let letters = desk.operations.dead(queue, usize::try_from(limit)?).await?;
    let dead = desk.operations.depth(queue).await?.dead;
    // SQS counts approximately.
    let dead = dead.max(letters.len().try_into()?);
    Ok(match format {
        Format::Text => {
            let shown: String = letters.iter().map(|letter| text(letter, payload)).collect();
            let shown_of = letters.len();
            format!("{shown}{shown_of} of {dead} dead letters of {queue}\n")
        }
        Format::Json => {
            let letters: Vec<_> = letters
                .iter()
                .map(|letter| machine(letter, payload))
                .collect();
            let all = json!({ "queue": queue, "dead": dead, "letters": letters });
            serde_json::to_string_pretty(&all)? + "\n"
        }
    })
}

/// A few lines about a letter.
fn text(letter: &Received, payload: bool) -> String {
    let (id, sent) = (&letter.id, moment(letter.sent_at));
    let Some(envelope) = envelope(letter) else {
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
        moment(envelope.occurred_at)
    );
    if let Some(member) = envelope.member {
        let _ = write!(text, ", member {}", member.0);
    }
    text.push('\n');
    if payload {
        let place = envelope
            .payload_at
            .map(|key| format!("in the object store: {key}"));
        let payload = place.unwrap_or_else(|| envelope.payload.to_string());
        let _ = writeln!(text, "    {payload}");
    }
    text
}

/// The same for machines.
fn machine(letter: &Received, payload: bool) -> Value {
    let mut shown = json!({ "id": letter.id, "sentAt": letter.sent_at, "envelope": null });
    if let Some(mut envelope) = envelope(letter) {
        if !payload {
            // Null is left out.
            envelope.payload = Value::Null;
        }
        shown["envelope"] = json!(envelope);
    } else if payload {
        shown["body"] = letter.body.as_str().into();
    }
    shown
}

/// What is in a letter; `None` where it is nothing that we know.
pub(super) fn envelope(letter: &Received) -> Option<Envelope> {
    serde_json::from_str(&letter.body).ok()
}

/// The dead letters with these ids.
///
/// # Errors
///
/// When one of them is not there.
pub(super) async fn chosen(
    desk: &Desk,
    queue: QueueName,
    ids: &[String],
) -> anyhow::Result<Vec<Received>> {
    let mut letters = desk.operations.dead(queue, LOOK).await?;
    letters.retain(|letter| ids.contains(&letter.id));
    let missing: Vec<_> = ids
        .iter()
        .filter(|id| letters.iter().all(|letter| letter.id != **id))
        .map(String::as_str)
        .collect();
    ensure!(
        missing.is_empty(),
        "{queue} has no dead letter with the id {}; `coach queue show {queue}` lists them, and nothing is changed",
        missing.join(", ")
    );
    Ok(letters)
}

/// A number of letters.
pub(super) fn count(letters: usize) -> String {
    match letters {
        1 => "1 dead letter".to_owned(),
        many => format!("{many} dead letters"),
    }
}
