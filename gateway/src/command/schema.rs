//! `coach schema`.

/// `coach schema print`.
pub(crate) fn print() -> anyhow::Result<()> {
    super::print(coach_resolvers::SDL)
}
