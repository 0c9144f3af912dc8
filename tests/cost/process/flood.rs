//! Documents that are sent once each, between operations of the app.

use coach_gateway::telemetry;
use coach_tests::{member, read_operation};

use crate::{gateway::Gateway, reads};

/// After so many documents come the app's queries, so that each is one request of hundred.
const DOCUMENTS_BETWEEN: usize = 100;

/// Sends so many documents, and prints what became of memory and of the cache.
pub(crate) fn send(gateway: &mut Gateway, documents: usize) {
    for _ in 0..5 {
        reads::send(gateway, None);
    }
    let (hits, misses) = lookups();
    let text = read_operation("Today");
    let mut send = |from, to| {
        let allocated = allocation_counter::measure(|| {
            for number in from..to {
                gateway.ask(member::UNREGISTERED, &unique(&text, number));
                if number % DOCUMENTS_BETWEEN == 0 {
                    reads::send(gateway, None);
                }
            }
        });
        allocated.bytes_current
    };
    // By then the cache is full.
    let full = documents / 10;
    println!("bytes first {}", send(0, full));
    println!("bytes later {}", send(full, documents));
    let (hits, misses) = (lookups().0 - hits, lookups().1 - misses);
    // Each of the documents is one miss.
    println!("hits {hits}");
    println!(
        "misses {}",
        misses - u64::try_from(documents).expect("a number")
    );
}

/// Today by another name, with another alias.
fn unique(text: &str, number: usize) -> String {
    text.replace("query Today", &format!("query Today{number}"))
        .replace("  me {", &format!("  me{number}: me {{"))
}

/// How many documents were found in the cache so far, and how many were not.
fn lookups() -> (u64, u64) {
    let metrics = telemetry::exposition();
    let count = |outcome: &str| {
        let name = format!("coach_document_cache_total{{coach_outcome=\"{outcome}\"");
        let line = metrics.lines().find(|line| line.starts_with(&name));
        let count = line.and_then(|line| line.rsplit(' ').next());
        count.expect("a count").parse().expect("a number")
    };
    (count("hit"), count("miss"))
}
