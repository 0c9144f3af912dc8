//! Limits the number of connections by the file descriptors of the process.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::registry::RESERVED_CONNECTIONS;

/// The connection limit that applies if none is configured, however many descriptors there are.
const DEFAULT_CONNECTIONS: usize = 10_000;

/// Descriptors for everything else: files, logs, telemetry, and connections to shops and queues.
const RESERVED_DESCRIPTORS: usize = 64;

/// The maximum number of client connections that leaves enough descriptors for everything else: `configured`, or fewer
/// if there are not enough descriptors. `database_connections` is the number of connections to databases.
///
/// Raises the soft limit of descriptors to the hard one first, as is recommended for programs that do not use `select`.
pub(super) fn max_connections(configured: Option<usize>, database_connections: usize) -> usize {
    let descriptors = raise_limit();
    let possible = descriptors
        .saturating_sub(database_connections + RESERVED_DESCRIPTORS + RESERVED_CONNECTIONS)
        .max(1);
    let limit = configured.unwrap_or(DEFAULT_CONNECTIONS).min(possible);
    if configured.is_some_and(|configured| configured > limit) {
        tracing::warn!(
            descriptors,
            connections = limit,
            "there are too few file descriptors for COACH_LIMIT_CONNECTIONS; raise `ulimit -n`"
        );
    }
    limit
}

/// Raises the soft limit to the hard one, and returns the number of descriptors that the process may have.
fn raise_limit() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current != maximum {
        let raised = Rlimit {
            current: maximum,
            maximum,
        };
        // On failure the current limit stays in effect.
        let _ = setrlimit(Resource::Nofile, raised);
    }
    let limit = getrlimit(Resource::Nofile).current;
    limit.map_or(usize::MAX, |limit| {
        usize::try_from(limit).unwrap_or(usize::MAX)
    })
}
