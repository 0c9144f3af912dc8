//! Why the settings cannot be used.

use super::source::Source;

/// Each message names the setting, where its value comes from, and what is allowed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no setting of this name.
    #[error("{} ({origin}) is not a setting{}; the settings are: {names}", .origin.spell(.name), meant(.nearest.as_deref()))]
    Unknown {
        /// As it was written.
        name: String,
        /// Where.
        origin: Source,
        /// What may have been meant.
        nearest: Option<String>,
        /// All there are.
        names: String,
    },

    /// A value that will not do.
    #[error("{} = `{value}` ({origin}) will not do{}; it must be {allowed}", .origin.spell(.name), in_brackets(.remark))]
    Invalid {
        /// The setting.
        name: &'static str,
        /// Its value, secrets hidden.
        value: String,
        /// Where the value comes from.
        origin: Source,
        /// What is wrong with it, if that can be said.
        remark: String,
        /// What would do.
        allowed: &'static str,
    },

    /// A setting that others make necessary.
    #[error("{} must be set: {because}; it must be {allowed}", Source::Variable.spell(.name))]
    Missing {
        /// The setting.
        name: &'static str,
        /// Why it is necessary here.
        because: &'static str,
        /// What would do.
        allowed: &'static str,
    },

    /// A variable of OpenTelemetry with a value that will not do here.
    #[error("{name} = `{value}` (from the environment) will not do; it must be {allowed}")]
    Telemetry {
        /// The variable.
        name: String,
        /// Its value.
        value: String,
        /// What would do.
        allowed: &'static str,
    },

    /// A variable that is not text.
    #[error(
        "{name} (from the environment) is not UTF-8; write it in UTF-8, a folder under another name if need be"
    )]
    NotText {
        /// The variable.
        name: String,
    },

    /// Nobody said whose tokens are taken.
    #[error(
        "COACH_AUTH_ISSUER must be set: `coach serve` does not take tokens of the local issuer unasked; it must be \
         {allowed}. For development alone, COACH_AUTH_LOCAL=yes takes those that `coach token` prints, which anybody \
         who can read {} can make",
        home.display()
    )]
    NoIssuer {
        /// What would do.
        allowed: &'static str,
        /// Where the local issuer has its key.
        home: std::path::PathBuf,
    },

    /// The file cannot be read as TOML.
    #[error("coach.toml cannot be used: {0}")]
    File(String),
}

fn meant(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(" (perhaps {name} was meant)"))
}

fn in_brackets(remark: &str) -> String {
    if remark.is_empty() {
        String::new()
    } else {
        format!(" ({remark})")
    }
}
