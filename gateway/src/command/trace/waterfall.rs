//! A request as text: a bar for each statement and batch, by when it ran.

use std::{collections::HashMap, fmt::Write as _};

use coach_domain::{
    database,
    request_trace::{RequestTrace, SideEffectState, TracedStatement},
};
use uuid::Uuid;

use crate::command::rfc3339;

/// The characters of the longest bar.
const WIDTH: usize = 40;

/// A line of the waterfall.
struct Bar {
    from: f64,
    duration: f64,
    /// The part of the duration that was spent waiting for a connection, at its begin.
    wait: f64,
    symbol: char,
    label: String,
}

/// The request, so that its slowest statement stands out.
pub(super) fn render(trace: &RequestTrace, states: &HashMap<Uuid, SideEffectState>) -> String {
    let mut text = head(trace);
    let slowest = trace.statements.iter();
    let slowest = slowest.max_by(|one, other| one.duration_ms.total_cmp(&other.duration_ms));
    for bar in bars(trace, slowest) {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{:>9.1} {:>9.1}  │{}│ {}",
            bar.from,
            bar.duration,
            draw(&bar, trace.duration_ms),
            bar.label
        );
    }
    if let Some(statement) = slowest {
        let _ = write!(
            text,
            "\nThe slowest statement, {} with {} of the time:\n\n{}\n",
            statement.position,
            percent(statement, trace),
            indent(&statement.sql)
        );
    }
    if !trace.side_effects.is_empty() {
        text.push_str("\nSide effects:\n");
        for message in &trace.side_effects {
            let state = states.get(&message.message_id);
            let state = state.map_or("-", |state| state.as_str());
            let (id, kind, queue) = (message.message_id, &message.kind, &message.queue);
            let _ = writeln!(text, "  {id}  {state:<6}  {kind} to {queue}");
        }
    }
    text
}

fn head(trace: &RequestTrace) -> String {
    let operation = match (&trace.operation_type, &trace.operation) {
        (Some(kind), Some(name)) => format!("{kind} {name}"),
        (Some(only), None) | (None, Some(only)) => only.clone(),
        (None, None) => "nothing executed".to_owned(),
    };
    let mut text = format!(
        "request {}: {operation}, {:.1} ms, status {}\n  began {} on {}, cost {}\n",
        trace.request_id,
        trace.duration_ms,
        trace.status,
        rfc3339(trace.started_at),
        trace.instance,
        trace.cost
    );
    if !trace.error_codes.is_empty() {
        let _ = writeln!(text, "  errors: {}", trace.error_codes.join(", "));
    }
    if let Some(id) = &trace.trace_id {
        let _ = writeln!(text, "  trace {id}");
    }
    let statements: f64 = trace.statements.iter().map(|it| it.duration_ms).sum();
    let _ = writeln!(
        text,
        "  prepare {:.1} ms, execute {:.1} ms; {} statements {statements:.1} ms, of which {:.1} ms waiting for connections\n",
        trace.prepare_ms,
        trace.execute_ms,
        trace.statements.len(),
        trace.pool_wait_ms
    );
    if !trace.statements.is_empty() || !trace.batches.is_empty() {
        text.push_str("  from ms    for ms\n");
    }
    text
}

/// Statements and batches, by when they began.
fn bars(trace: &RequestTrace, slowest: Option<&TracedStatement>) -> Vec<Bar> {
    let statements = trace.statements.iter().map(|it| {
        let outcome = match (&it.error_code, it.rows) {
            (Some(code), _) => format!("failed: {code}"),
            (None, Some(1)) => "1 row".to_owned(),
            (None, rows) => format!("{} rows", rows.unwrap_or_default()),
        };
        let mut label = format!("{} {}, {outcome}", it.position, name(&it.sql));
        if slowest.is_some_and(|slowest| slowest.position == it.position) {
            let _ = write!(label, "  ◀ {}", percent(it, trace));
        }
        Bar {
            from: it.started_at_ms,
            duration: it.duration_ms,
            wait: it.wait_ms,
            symbol: '█',
            label,
        }
    });
    let batches = trace.batches.iter().map(|it| {
        let keys = if it.keys == 1 { "key" } else { "keys" };
        Bar {
            from: it.started_at_ms,
            duration: it.duration_ms,
            wait: 0.0,
            symbol: '─',
            label: format!("{}, {} {keys}", it.name, it.keys),
        }
    });
    let mut bars: Vec<_> = batches.chain(statements).collect();
    bars.sort_by(|one, other| one.from.total_cmp(&other.from));
    bars
}

/// What a statement is called.
fn name(sql: &str) -> String {
    match sql {
        "BEGIN" | "COMMIT" | "ROLLBACK" => sql.to_owned(),
        sql => database::summary(sql),
    }
}

/// A bar in the width of the whole request. What is shorter than a character has one all the same.
fn draw(bar: &Bar, total: f64) -> String {
    let column = |at: f64| -> usize {
        let share = (at / total.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            reason = "from 0 to 40"
        )]
        let column = (share * WIDTH as f64).round() as usize;
        column
    };
    let from = column(bar.from).min(WIDTH - 1);
    let to = column(bar.from + bar.duration).max(from + 1);
    let waited = from + column(bar.wait);
    let cells = (0..WIDTH).map(|cell| match cell {
        cell if cell < from || cell >= to => ' ',
        cell if cell < waited => '░',
        _ => bar.symbol,
    });
    cells.collect()
}

/// A statement's share of the whole request.
fn percent(statement: &TracedStatement, trace: &RequestTrace) -> String {
    let share = statement.duration_ms / trace.duration_ms.max(f64::MIN_POSITIVE);
    format!("{:.0} %", 100.0 * share.min(1.0))
}

/// The lines of a statement, without the indentation that they have in the source.
fn indent(sql: &str) -> String {
    let lines: Vec<_> = sql.lines().collect();
    let spaces = |line: &&str| line.len() - line.trim_start().len();
    let rest = lines.iter().skip(1).filter(|line| !line.trim().is_empty());
    let common = rest.map(spaces).min().unwrap_or_default();
    let lines = lines.iter().enumerate().map(|(index, line)| {
        let line = if index == 0 {
            *line
        } else {
            line.get(common..).unwrap_or_default()
        };
        format!("    {line}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(from: f64, duration: f64, wait: f64) -> Bar {
        let (symbol, label) = ('█', String::new());
        Bar {
            from,
            duration,
            wait,
            symbol,
            label,
        }
    }

    #[test]
    fn bars_show_when_a_statement_ran_and_what_it_waited_for() {
        let drawn = |from, duration, wait| draw(&bar(from, duration, wait), 400.0);
        assert_eq!(drawn(0.0, 400.0, 0.0), "█".repeat(40));
        let half = format!("{}{}", " ".repeat(20), "█".repeat(20));
        assert_eq!(drawn(200.0, 200.0, 0.0), half);
        let waited = format!("{}{}{}", "░".repeat(10), "█".repeat(10), " ".repeat(20));
        assert_eq!(drawn(0.0, 200.0, 100.0), waited);
        // Too short, and at the very end.
        assert_eq!(drawn(400.0, 0.1, 0.0).trim_start(), "█");
    }
}
