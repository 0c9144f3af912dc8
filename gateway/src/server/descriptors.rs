//! How many connections the file descriptors of this process are enough for.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::crowd::RESERVE;

/// More than that many connections are not taken, however many descriptors there are.
const MOST: usize = 10_000;

/// For files, logs, telemetry, shops, queues, and what else is open for moments.
const OTHERS: usize = 64;

/// The most connections of clients at a time, so that descriptors are left for everything else: as many as `wanted`, if
/// there are descriptors for them. `kept` are those of connections to databases.
///
/// The soft limit is raised to the hard one first, as the system means it for programs that do not use `select`.
pub(super) fn connections(wanted: Option<usize>, kept: usize) -> usize {
    let limit = raise();
    let possible = limit.saturating_sub(kept + OTHERS + RESERVE).max(1);
    let bound = wanted.unwrap_or(MOST).min(possible);
    if wanted.is_some_and(|wanted| wanted > bound) {
        tracing::warn!(
            descriptors = limit,
            connections = bound,
            "there are too few file descriptors for COACH_LIMIT_CONNECTIONS; raise `ulimit -n`"
        );
    }
    bound
}

/// The descriptors that this process may have.
fn raise() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current != maximum {
        let raised = Rlimit {
            current: maximum,
            maximum,
        };
        // Where the system does not let us, what holds now goes on to hold.
        let _ = setrlimit(Resource::Nofile, raised);
    }
    let limit = getrlimit(Resource::Nofile).current;
    limit.map_or(usize::MAX, |limit| {
        usize::try_from(limit).unwrap_or(usize::MAX)
    })
}
