//! A gateway that serves requests one at a time and counts what they take. `tests/cost` runs it, also in valgrind, and
//! compares the figures with the budgets.

mod attacks;
mod changes;
mod flood;
mod gateway;
mod reads;

use std::{thread, time::Duration};

use clap::{Parser, Subcommand};
use coach_gateway::{
    settings::{Settings, Sources},
    telemetry::Telemetry,
};
use coach_tests::WAIT_TIMEOUT;

use crate::gateway::Gateway;

/// How often each operation is sent before it is counted, while connections are opened and statements prepared.
const WARM_UP: usize = 2;

/// How long the runtime sleeps before it waits for Postgres, so that what it waits for has arrived in one piece, however
/// busy the machine is: each wake-up costs instructions, and each piece allocations.
const PAUSE: Duration = Duration::from_millis(2);

#[derive(Parser)]
struct Options {
    /// The URL of a seeded database, which only this process uses.
    url: String,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Counts the allocations of each request, and prints them.
    Count {
        /// How often to count each operation.
        rounds: usize,
        /// Counts this query only, for a profile of it.
        #[arg(long)]
        query: Option<String>,
    },
    /// Sends documents that are all different, and prints what became of memory and cache.
    Flood { documents: usize },
}

fn main() {
    let options = Options::parse();
    let settings = settings();
    // As in production: each request is logged and measured.
    let (telemetry, _) = Telemetry::start(&settings).expect("telemetry starts");
    let mut builder = tokio::runtime::Builder::new_current_thread();
    if matches!(options.verb, Verb::Count { .. }) {
        builder.on_thread_park(|| thread::sleep(PAUSE));
    }
    let runtime = builder.enable_all().build().expect("a runtime");
    // The pool, when it is dropped, closes its connections in the runtime.
    let _context = runtime.enter();
    let mut gateway = Gateway::start(&options.url, &settings, &runtime);
    match options.verb {
        Verb::Count { rounds, query } => count(&mut gateway, rounds, query.as_deref()),
        Verb::Flood { documents } => flood::send(&mut gateway, documents),
    }
    telemetry.stop();
}

fn count(gateway: &mut Gateway, rounds: usize, query: Option<&str>) {
    for round in 0..WARM_UP + rounds {
        if round == WARM_UP {
            gateway.start_counting();
        }
        reads::send(gateway, query);
        if query.is_none() {
            changes::send(gateway, round);
        }
    }
    if query.is_none() {
        attacks::send(gateway);
    }
    for (name, allocations) in gateway.counted() {
        println!("{name} {allocations}");
    }
}

/// The defaults, whatever the environment is, except that a member may make as many changes within a second as others do
/// in a day, and that there is time enough: valgrind executes everything forty times as slowly.
fn settings() -> Settings {
    let sources = Sources {
        file: "none.toml".into(),
        environment: [("COACH_LIMIT_COMMANDS".to_owned(), "100000".to_owned())].into(),
        takes_database_url: false,
    };
    let mut settings = Settings::load(&sources).expect("valid settings");
    settings.timeouts.acquire = WAIT_TIMEOUT;
    settings.timeouts.statement = WAIT_TIMEOUT;
    settings.timeouts.execution = WAIT_TIMEOUT;
    settings
}
