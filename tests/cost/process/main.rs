//! A gateway that serves requests one at a time and counts the allocations of each. `tests/cost` runs it, also in
//! valgrind, and compares the figures with the budgets.

mod gateway;
mod reads;

use coach_gateway::{
    settings::{Settings, Sources},
    telemetry::Telemetry,
};

use crate::gateway::Gateway;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().expect("the URL of a seeded database");
    let rounds = arguments.next().expect("the number of rounds");
    let rounds: usize = rounds.parse().expect("a number");
    let settings = settings();
    // As in production: each request is logged and measured.
    let telemetry = Telemetry::start(&settings).expect("telemetry starts");
    let mut gateway = Gateway::start(&url, &settings);
    for _ in 0..rounds {
        reads::send(&mut gateway);
    }
    for (name, allocations) in gateway.stop() {
        println!("{name} {allocations}");
    }
    telemetry.stop();
}

/// The defaults, whatever the environment is. A member makes as many changes within a second as others do in a day.
fn settings() -> Settings {
    let sources = Sources {
        file: "none.toml".into(),
        environment: [("COACH_LIMIT_COMMANDS".to_owned(), "100000".to_owned())].into(),
        takes_database_url: false,
    };
    Settings::load(&sources).expect("valid settings")
}
