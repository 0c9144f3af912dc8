//! `coach check-config`.

use coach_gateway::settings::{self, Sources};

/// Prints what is in force, or fails with what is wrong.
pub(crate) fn check(sources: &Sources) -> anyhow::Result<()> {
    super::print(&settings::report(sources)?)
}
