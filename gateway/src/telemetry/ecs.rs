//! Logs as JSON in the Elastic Common Schema.

use std::fmt::{self, Write as _};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::Writer,
        time::{FormatTime, SystemTime},
    },
    registry::LookupSpan,
};

/// Formats each event as a line of JSON, straight into the buffer of the log.
pub(super) struct Ecs;

impl<S, N> FormatEvent<S, N> for Ecs
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        writer.write_str("{\"@timestamp\":\"")?;
        SystemTime.format_time(&mut writer)?;
        write!(writer, "\",\"log.level\":\"{}\"", level(*metadata.level()))?;
        let mut members = Members {
            writer,
            has_message: false,
            result: Ok(()),
        };
        event.record(&mut members);
        if !members.has_message {
            members.insert_text("message", format_args!(""));
        }
        members.insert_text("ecs.version", format_args!("8.11"));
        members.insert_text("service.name", format_args!("coach"));
        members.insert_text("log.logger", format_args!("{}", metadata.target()));
        members.result?;
        members.writer.write_str("}\n")
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::TRACE => "trace",
        Level::DEBUG => "debug",
        Level::INFO => "info",
        Level::WARN => "warn",
        Level::ERROR => "error",
    }
}

/// Writes the fields of an event as members of its JSON object.
struct Members<'w> {
    writer: Writer<'w>,
    has_message: bool,
    /// The first error, which the visitor cannot return.
    result: fmt::Result,
}

impl Members<'_> {
    fn insert_text(&mut self, name: &str, text: fmt::Arguments<'_>) {
        self.has_message |= name == "message";
        let writer = &mut self.writer;
        let mut write = || {
            write!(writer, ",\"{name}\":\"")?;
            JsonText(writer).write_fmt(text)?;
            writer.write_char('"')
        };
        self.result = self.result.and_then(|()| write());
    }

    /// Adds a number or a Boolean, whose text is the same in JSON.
    fn insert(&mut self, name: &str, value: impl fmt::Display) {
        let writer = &mut self.writer;
        let mut write = || write!(writer, ",\"{name}\":{value}");
        self.result = self.result.and_then(|()| write());
    }
}

impl Visit for Members<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.insert_text(field.name(), format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.insert_text(field.name(), format_args!("{value}"));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field.name(), value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if value.is_finite() {
            self.insert(field.name(), format_args!("{value:?}"));
        } else {
            self.insert(field.name(), "null");
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field.name(), value);
    }
}

/// Escapes text for a string of JSON.
struct JsonText<'a, 'w>(&'a mut Writer<'w>);

impl fmt::Write for JsonText<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.find(|it| matches!(it, '"' | '\\' | '\0'..' ')) {
            let escaped = rest.as_bytes()[at];
            self.0.write_str(&rest[..at])?;
            match escaped {
                b'"' | b'\\' => write!(self.0, "\\{}", char::from(escaped))?,
                b'\n' => self.0.write_str("\\n")?,
                _ => write!(self.0, "\\u{escaped:04x}")?,
            }
            rest = &rest[at + 1..];
        }
        self.0.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex, PoisonError},
    };

    use serde_json::Value;

    use super::*;

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut buffer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            buffer.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn events_are_lines_of_json() {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let subscriber = tracing_subscriber::fmt()
            .event_format(Ecs)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(
                "http.route" = "/graphql",
                "graphql.cost" = 7_u64,
                "re\"quest"
            );
        });
        let bytes = buffer.0.lock().unwrap_or_else(PoisonError::into_inner);
        let event: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(event["log.level"], "info");
        assert_eq!(event["message"], "re\"quest");
        assert_eq!(event["http.route"], "/graphql");
        assert_eq!(event["graphql.cost"], 7);
        assert!(event["@timestamp"].as_str().unwrap().ends_with('Z'));
    }

    #[test]
    fn text_is_escaped() {
        let text = "\"quoted\" \\ \n\r\t \0 \u{1f} \u{7f} é 🍲";
        let mut json = String::from("\"");
        let mut writer = Writer::new(&mut json);
        JsonText(&mut writer).write_str(text).unwrap();
        json.push('"');
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
