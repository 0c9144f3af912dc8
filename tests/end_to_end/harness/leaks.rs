//! Searches every log line and span of the run for members' personal data: names, email addresses, tokens; and for
//! `userErrors` with codes that their payload does not declare. A finding fails the test that is running, and all that
//! end after it.

use coach_domain::database::Pool;
use std::{
    collections::BTreeSet,
    fmt, io,
    sync::{
        LazyLock, Mutex, Once,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use coach_execution::output::UNDECLARED_CODE;
use coach_gateway::telemetry;
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{SdkTracerProvider, SpanData, SpanExporter},
};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

/// More verbose than any installation's.
const FILTER: &str = "info,sqlx=debug,sea_orm=debug,coach_domain=trace,coach_execution=trace,coach_resolvers=trace,\
                      coach_gateway=trace";

static MEMBER_NAMES: LazyLock<Mutex<BTreeSet<String>>> = LazyLock::new(Mutex::default);
static LEAKS: Mutex<Vec<String>> = Mutex::new(Vec::new());
static LINE_COUNT: AtomicUsize = AtomicUsize::new(0);
static SPAN_COUNT: AtomicUsize = AtomicUsize::new(0);

/// Starts searching, and adds the names of this database's members to what is searched for.
pub(super) async fn watch(pool: &Pool) {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let provider = SdkTracerProvider::builder()
            .with_simple_exporter(SpanSearch)
            .build();
        let tracer = telemetry::tracer(&provider);
        let (subscriber, _) = telemetry::subscriber(FILTER, || LogWriter, Some(tracer));
        tracing::subscriber::set_global_default(subscriber).expect("nobody else listens");
    });
    let sql = "SELECT display_name FROM member";
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    let rows = pool.query_all_raw(statement).await.expect(sql);
    let names = rows
        .iter()
        .map(|row| row.try_get_by_index(0).expect("text"));
    MEMBER_NAMES.lock().expect("not poisoned").extend(names);
}

/// The numbers of lines and spans searched so far.
pub(crate) fn searched() -> (usize, usize) {
    (LINE_COUNT.load(Relaxed), SPAN_COUNT.load(Relaxed))
}

/// Fails if anything was found.
pub(super) fn assert_none() {
    let leaks = LEAKS.lock().expect("not poisoned");
    assert!(
        leaks.is_empty(),
        "telemetry tells of members, or of what a mutation must not give: {leaks:#?}"
    );
}

/// The part of a text around an email address, a token or one of `names`.
pub(crate) fn find_personal_data(text: &str, names: &BTreeSet<String>) -> Option<String> {
    let bytes = text.as_bytes();
    let address = bytes.windows(3).position(|window| {
        window[1] == b'@' && window[0].is_ascii_alphanumeric() && window[2].is_ascii_alphanumeric()
    });
    // The beginning of a JSON Web Token's header, in Base64.
    let token = text.find("eyJ");
    let name = || names.iter().find_map(|name| text.find(name.as_str()));
    let found = address.or(token).or_else(name)?;
    let around = text
        .char_indices()
        .filter(|(at, _)| at.abs_diff(found) < 60);
    Some(around.map(|(_, letter)| letter).collect())
}

fn search(text: &str) {
    if text.contains(UNDECLARED_CODE) {
        let mut leaks = LEAKS.lock().expect("not poisoned");
        leaks.push(text.to_owned());
    }
    let names = MEMBER_NAMES.lock().expect("not poisoned");
    if let Some(leak) = find_personal_data(text, &names) {
        LEAKS.lock().expect("not poisoned").push(leak);
    }
}

struct LogWriter;

impl io::Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINE_COUNT.fetch_add(1, Relaxed);
        search(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct SpanSearch;

impl fmt::Debug for SpanSearch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SpanSearch")
    }
}

impl SpanExporter for SpanSearch {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        for span in batch {
            SPAN_COUNT.fetch_add(1, Relaxed);
            search(&format!(
                "{} {:?} {:?}",
                span.name, span.attributes, span.events
            ));
        }
        Ok(())
    }
}
