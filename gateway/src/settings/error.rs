//! Errors of loading the settings.

use std::fmt;

use super::{
    key::allowed,
    source::{Source, setting_of_variable},
};

/// Why the settings cannot be used. Each message names the setting, the source of its value, and what is allowed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No setting has this name.
    #[error("{} ({origin}) is not a setting{}; the settings are: {names}", .origin.spell(.name), suggestion(.nearest.as_deref()))]
    Unknown {
        /// The name as it was written.
        name: String,
        /// Where it was set.
        origin: Source,
        /// The setting with the most similar name, if any is similar.
        nearest: Option<String>,
        /// The names of all settings.
        names: String,
    },

    /// The value of a setting is not allowed.
    #[error(
        "{} = `{value}` ({origin}) will not do{}; it must be {}",
        .origin.spell(.name), in_brackets(.remark), allowed(.name)
    )]
    Invalid {
        /// The setting.
        name: &'static str,
        /// Its value, with secrets masked.
        value: String,
        /// Where the value comes from.
        origin: Source,
        /// Details of what is wrong; may be empty.
        remark: String,
    },

    /// A setting is missing that other settings require.
    #[error(
        "{} must be set: {because}; it must be {}",
        Source::Variable.spell(.name), allowed(.name)
    )]
    Missing {
        /// The setting.
        name: &'static str,
        /// Why it is required.
        because: &'static str,
    },

    /// A variable of OpenTelemetry has a value that is not supported.
    #[error("{name} = `{value}` (from the environment) will not do; it must be {allowed}")]
    Telemetry {
        /// The variable.
        name: String,
        /// Its value.
        value: String,
        /// Which values are allowed.
        allowed: &'static str,
    },

    /// A file with the value of a setting cannot be used.
    #[error(
        "{variable} = `{path}` (from the environment) will not do ({why}); it must be a file with the value alone, or unset"
    )]
    SecretFile {
        /// The variable that names the file.
        variable: String,
        /// The path of the file.
        path: String,
        /// What is wrong.
        why: String,
    },

    /// An environment variable is not UTF-8.
    #[error(
        "{name} (from the environment) is not UTF-8; write it in UTF-8, a folder under another name if need be"
    )]
    NotText {
        /// The variable.
        name: String,
    },

    /// Neither an OIDC issuer nor the local issuer is configured for `coach serve`.
    #[error(
        "COACH_AUTH_ISSUER must be set: `coach serve` does not take tokens of the local issuer unasked; it must be \
         {}. For development alone, COACH_AUTH_LOCAL=yes takes those that `coach token` prints, which anybody \
         who can read {} can make",
        allowed("auth_issuer"), home.display()
    )]
    NoIssuer {
        /// The folder that holds the key of the local issuer.
        home: std::path::PathBuf,
    },

    /// The file is not valid TOML.
    #[error("coach.toml cannot be used: {0}")]
    File(String),
}

impl Error {
    /// The name of the setting that it is about, without `COACH_`, or of the variable of `OpenTelemetry`;
    /// `None` if it is about the sources as a whole.
    pub fn setting(&self) -> Option<String> {
        let name = match self {
            Self::Unknown { name, .. } | Self::Telemetry { name, .. } => name.as_str(),
            Self::Invalid { name, .. } | Self::Missing { name, .. } => name,
            Self::NoIssuer { .. } => "auth_issuer",
            Self::SecretFile { variable, .. } => return setting_of_variable(variable),
            Self::NotText { .. } | Self::File(_) => return None,
        };
        Some(name.to_owned())
    }
}

/// All that is wrong with the settings: one error or more.
#[derive(Debug)]
pub struct Errors(Vec<Error>);

impl Errors {
    /// `None` when there are none.
    pub(super) fn new(errors: Vec<Error>) -> Option<Self> {
        (!errors.is_empty()).then_some(Self(errors))
    }
}

impl From<Error> for Errors {
    fn from(error: Error) -> Self {
        Self(vec![error])
    }
}

/// A single error as it is, several as a list.
impl fmt::Display for Errors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [error] = &self.0[..] {
            return error.fmt(formatter);
        }
        write!(
            formatter,
            "there are {} mistakes in the settings:",
            self.0.len()
        )?;
        for error in &self.0 {
            write!(formatter, "\n  {error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(" (perhaps {name} was meant)"))
}

fn in_brackets(remark: &str) -> String {
    if remark.is_empty() {
        String::new()
    } else {
        format!(" ({remark})")
    }
}
