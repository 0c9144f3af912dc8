//! The kinds of processes.

use crate::kill;

/// The ways to start `coach`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Answers requests.
    Gateway,
    /// Answers requests, relays and consumes.
    Both,
    /// Relays and consumes.
    Worker,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Both => "gateway-with-workers",
            Self::Worker => "worker",
        }
    }

    pub(super) fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Gateway => &["serve"],
            Self::Both => &["serve", "--with-workers"],
            Self::Worker => &["worker"],
        }
    }

    /// Whether requests can be sent to it.
    pub(crate) fn serves(self) -> bool {
        self != Self::Worker
    }

    /// The kill points that it can reach.
    pub(crate) fn points(self) -> impl Iterator<Item = &'static str> {
        let commands = kill::COMMAND_POINTS
            .into_iter()
            .filter(move |_| self.serves());
        let works = self != Self::Gateway;
        commands.chain(kill::WORKER_POINTS.into_iter().filter(move |_| works))
    }
}
