//! `coach queue list`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use coach_domain::{
    outbox,
    queue::{Depth, QueueName},
};
use serde::Serialize;

use super::QueueContext;
use crate::{cli::Format, command::rfc3339};

/// The output of `--format json`. Fields may be added, but never removed.
#[derive(Serialize)]
struct Report {
    queues: Vec<Entry>,
    outbox: Outbox,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    name: QueueName,
    waiting: u64,
    oldest_seconds: Option<u64>,
    in_flight: u64,
    dead: u64,
    paused_since: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outbox {
    unsent: i64,
    oldest_unsent_at: Option<DateTime<Utc>>,
    lag_seconds: u64,
}

/// Prints the depth of each queue and of the outbox.
pub(super) async fn run(context: &QueueContext, format: Format) -> anyhow::Result<String> {
    let paused = context.operations.paused().await?;
    let paused: HashMap<_, _> = paused.into_iter().collect();
    let mut queues = Vec::new();
    for name in QueueName::CONSUMED {
        let depth = context.operations.depth(name).await?;
        queues.push(entry(name, depth, paused.get(&name).copied()));
    }
    let status = outbox::status(&context.session).await?;
    let report = Report {
        queues,
        outbox: Outbox {
            unsent: status.unsent,
            oldest_unsent_at: status.oldest_unsent_at,
            lag_seconds: status.lag.as_secs(),
        },
    };
    Ok(match format {
        Format::Text => text(&report),
        Format::Json => serde_json::to_string_pretty(&report)? + "\n",
    })
}

fn entry(name: QueueName, depth: Depth, paused_since: Option<DateTime<Utc>>) -> Entry {
    Entry {
        name,
        waiting: depth.waiting,
        oldest_seconds: depth.oldest.map(|age| age.as_secs()),
        in_flight: depth.in_flight,
        dead: depth.dead,
        paused_since,
    }
}

/// A table, and a line for the outbox.
fn text(report: &Report) -> String {
    let mut text = line(["QUEUE", "WAITING", "OLDEST", "IN FLIGHT", "DEAD"], "");
    for entry in &report.queues {
        let oldest = entry.oldest_seconds.map_or_else(|| "-".to_owned(), age);
        let paused = entry.paused_since.map(rfc3339);
        let paused = paused.map(|since| format!("  paused since {since}"));
        let numbers = [entry.waiting, entry.in_flight, entry.dead].map(|number| number.to_string());
        let [waiting, in_flight, dead] = &numbers;
        let columns = [entry.name.as_str(), waiting, &oldest, in_flight, dead];
        text.push_str(&line(columns, &paused.unwrap_or_default()));
    }
    let Outbox { unsent, .. } = report.outbox;
    let oldest = match report.outbox.oldest_unsent_at {
        Some(_) => format!(", the oldest for {}", age(report.outbox.lag_seconds)),
        None => String::new(),
    };
    text + &format!("outbox: {unsent} unsent{oldest}\n")
}

fn line([name, waiting, oldest, in_flight, dead]: [&str; 5], more: &str) -> String {
    format!("{name:<18}{waiting:>9}{oldest:>9}{in_flight:>11}{dead:>7}{more}\n")
}

/// In two units at most: `59s`, `3m 20s`, `5h 2m`, `12d 4h`.
fn age(age: u64) -> String {
    match age {
        0..60 => format!("{age}s"),
        60..3_600 => format!("{}m {}s", age / 60, age % 60),
        3_600..86_400 => format!("{}h {}m", age / 3_600, age % 3_600 / 60),
        _ => format!("{}d {}h", age / 86_400, age % 86_400 / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn ages_are_short() {
        for (seconds, short) in [
            (0, "0s"),
            (59, "59s"),
            (60, "1m 0s"),
            (3_599, "59m 59s"),
            (3_600, "1h 0m"),
            (18_125, "5h 2m"),
            (86_400, "1d 0h"),
            (1_051_200, "12d 4h"),
        ] {
            assert_eq!(age(seconds), short);
        }
    }

    #[test]
    fn the_table_lists_the_queues_and_the_outbox() {
        let depth = Depth {
            waiting: 12,
            in_flight: 3,
            oldest: Some(Duration::from_secs(200)),
            dead: 1,
        };
        let noon = DateTime::parse_from_rfc3339("2026-03-18T12:00:00Z")
            .unwrap()
            .to_utc();
        let report = Report {
            queues: vec![
                entry(QueueName::EmailAttachments, depth, None),
                entry(QueueName::PartnerSync, Depth::default(), Some(noon)),
            ],
            outbox: Outbox {
                unsent: 2,
                oldest_unsent_at: Some(noon),
                lag_seconds: 61,
            },
        };
        assert_eq!(
            text(&report),
            "QUEUE               WAITING   OLDEST  IN FLIGHT   DEAD\n\
             email-attachments        12   3m 20s          3      1\n\
             partner-sync              0        -          0      0  paused since 2026-03-18T12:00:00Z\n\
             outbox: 2 unsent, the oldest for 1m 1s\n"
        );
    }
}
