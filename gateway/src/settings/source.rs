//! Where settings come from.

use std::{
    env, fmt,
    path::{Path, PathBuf},
};

use figment::{
    Figment, Metadata, Profile, Provider,
    providers::{Format, Toml},
    value::{Dict, Map, Value},
};

use super::{Error, key};

const PREFIX: &str = "COACH_";

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// Nobody set it.
    Default,
    /// `coach.toml`.
    File,
    /// The environment, under its name.
    Variable,
    /// The environment variable `DATABASE_URL`.
    DatabaseUrl,
}

impl Source {
    const ALL: [Self; 4] = [Self::Default, Self::DatabaseUrl, Self::File, Self::Variable];

    fn label(self) -> &'static str {
        match self {
            Self::Default => "by default",
            Self::File => "from coach.toml",
            Self::Variable => "from the environment",
            Self::DatabaseUrl => "from the environment, as DATABASE_URL",
        }
    }

    /// The name of a setting as it is written in this source.
    pub fn spell(self, name: &str) -> String {
        match self {
            Self::File => name.to_owned(),
            _ => format!("{PREFIX}{}", name.to_uppercase()),
        }
    }

    pub(super) fn of(metadata: Option<&Metadata>) -> Self {
        let name = metadata.map(|metadata| metadata.name.as_ref());
        let named = Self::ALL.into_iter().find(|it| Some(it.label()) == name);
        // The provider of TOML names itself.
        named.unwrap_or(Self::File)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.label())
    }
}

/// All that settings are read from. Tests make their own.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// A TOML file, which need not exist.
    pub file: PathBuf,
    /// Environment variables.
    pub environment: Vec<(String, String)>,
    /// Whether `DATABASE_URL` counts. People have it set for other work.
    pub takes_database_url: bool,
}

impl Sources {
    /// The environment of this process, and `coach.toml` in its folder.
    pub fn of_process(takes_database_url: bool) -> Self {
        let text = |os: std::ffi::OsString| os.to_string_lossy().into_owned();
        let variables = env::vars_os().map(|(name, value)| (text(name), text(value)));
        Self {
            file: Path::new("coach.toml").to_owned(),
            environment: variables.collect(),
            takes_database_url,
        }
    }

    pub(super) fn figment(&self) -> Result<Figment, Error> {
        let defaults = key::KEYS
            .iter()
            .filter_map(|key| Some((key.name.to_owned(), key.default?.to_owned())));
        let mut figment = Figment::from(Values::new(Source::Default, defaults));
        if self.takes_database_url {
            let url = self.variables().filter(|(name, _)| name == "DATABASE_URL");
            let url = url.map(|(_, value)| ("database_url".to_owned(), value));
            figment = figment.merge(Values::new(Source::DatabaseUrl, url));
        }
        let variables = self.variables().filter_map(|(name, value)| {
            let name = name.strip_prefix(PREFIX)?.to_lowercase();
            (!key::is_foreign(&name)).then_some((name, value))
        });
        if self.file.exists() {
            figment = figment.merge(Toml::file_exact(&self.file));
        }
        let figment = figment.merge(Values::new(Source::Variable, variables));
        // Errors wait in a figment until it is asked for something.
        match figment.find_value("listen") {
            Ok(_) => Ok(figment),
            Err(error) => Err(Error::File(error.to_string())),
        }
    }

    /// A variable of the environment that has a value.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        let mut given = self.environment.iter();
        let (_, value) = given.find(|(given, value)| given == name && !value.is_empty())?;
        Some(value)
    }

    /// A variable without a value is one that is not set: composing tools can often not leave it out.
    fn variables(&self) -> impl Iterator<Item = (String, String)> {
        let given = self.environment.iter();
        given.filter(|(_, value)| !value.is_empty()).cloned()
    }
}

/// Values as text. Figment's own provider for the environment would make numbers of what looks like one.
struct Values(Source, Dict);

impl Values {
    fn new(source: Source, pairs: impl Iterator<Item = (String, String)>) -> Self {
        let pairs = pairs.map(|(name, value)| (name, Value::from(value)));
        Self(source, pairs.collect())
    }
}

impl Provider for Values {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.0.label())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.1.clone()))
    }
}
