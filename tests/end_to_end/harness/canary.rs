//! Listens to every log line and every span of the run for what belongs to members alone: names, email addresses,
//! tokens; and for `userErrors` with codes that their payload does not name. What is found fails the test that is running then, and all that end after it.

use coach_domain::database::Pool;
use std::{
    collections::BTreeSet,
    fmt, io,
    sync::{
        LazyLock, Mutex, Once,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use coach_execution::output::UNNAMED;
use coach_gateway::telemetry;
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{SdkTracerProvider, SpanData, SpanExporter},
};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

/// More than anybody logs.
const FILTER: &str = "info,sqlx=debug,sea_orm=debug,coach_domain=trace,coach_execution=trace,coach_resolvers=trace,\
                      coach_gateway=trace";

static NAMES: LazyLock<Mutex<BTreeSet<String>>> = LazyLock::new(Mutex::default);
static LEAKS: Mutex<Vec<String>> = Mutex::new(Vec::new());
static LINES: AtomicUsize = AtomicUsize::new(0);
static SPANS: AtomicUsize = AtomicUsize::new(0);

/// Begins to listen, and learns the names of a database's members.
pub(super) async fn listen(pool: &Pool) {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        let provider = SdkTracerProvider::builder()
            .with_simple_exporter(Spans)
            .build();
        let tracer = telemetry::tracer(&provider);
        let subscriber = telemetry::subscriber(FILTER, || Lines, Some(tracer));
        tracing::subscriber::set_global_default(subscriber).expect("nobody else listens");
    });
    let sql = "SELECT display_name FROM member";
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    let rows = pool.query_all_raw(statement).await.expect(sql);
    let names = rows
        .iter()
        .map(|row| row.try_get_by_index(0).expect("text"));
    NAMES.lock().expect("not poisoned").extend(names);
}

/// How many lines and spans were heard.
pub(crate) fn heard() -> (usize, usize) {
    (LINES.load(Relaxed), SPANS.load(Relaxed))
}

/// Fails when something was found.
pub(super) fn assert_silent() {
    let leaks = LEAKS.lock().expect("not poisoned");
    assert!(
        leaks.is_empty(),
        "telemetry tells of members, or of what a mutation must not give: {leaks:#?}"
    );
}

/// What is members' own in a text: an email address, a token, or one of `names`.
pub(crate) fn private(text: &str, names: &BTreeSet<String>) -> Option<String> {
    let bytes = text.as_bytes();
    let address = bytes.windows(3).position(|window| {
        window[1] == b'@' && window[0].is_ascii_alphanumeric() && window[2].is_ascii_alphanumeric()
    });
    // What the header of a JSON Web Token begins with, in Base64.
    let token = text.find("eyJ");
    let name = || names.iter().find_map(|name| text.find(name.as_str()));
    let place = address.or(token).or_else(name)?;
    let around = text
        .char_indices()
        .filter(|(at, _)| at.abs_diff(place) < 60);
    Some(around.map(|(_, letter)| letter).collect())
}

fn hear(text: &str) {
    if text.contains(UNNAMED) {
        let mut leaks = LEAKS.lock().expect("not poisoned");
        leaks.push(text.to_owned());
    }
    let names = NAMES.lock().expect("not poisoned");
    if let Some(leak) = private(text, &names) {
        LEAKS.lock().expect("not poisoned").push(leak);
    }
}

struct Lines;

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.fetch_add(1, Relaxed);
        hear(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Spans;

impl fmt::Debug for Spans {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Spans")
    }
}

impl SpanExporter for Spans {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        for span in batch {
            SPANS.fetch_add(1, Relaxed);
            hear(&format!(
                "{} {:?} {:?}",
                span.name, span.attributes, span.events
            ));
        }
        Ok(())
    }
}
