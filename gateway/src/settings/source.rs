//! Where settings come from.

use std::{
    env,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

use figment::{
    Figment, Metadata, Profile, Provider,
    providers::{Format, Toml},
    value::{Dict, Map, Value},
};

use super::{Error, key, kubernetes};

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
    ///
    /// # Errors
    ///
    /// When a variable that counts is not UTF-8. Put right in any way, it would name another folder or another secret.
    pub fn of_process(takes_database_url: bool) -> Result<Self, Error> {
        Ok(Self {
            file: Path::new("coach.toml").to_owned(),
            environment: texts(env::vars_os(), takes_database_url)?,
            takes_database_url,
        })
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
            let foreign = key::is_foreign(&name) || kubernetes::is_of_service(&name, &value);
            (!foreign).then_some((name, value))
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

    /// The variables that look like settings and are passed over, for Kubernetes puts them there.
    pub(super) fn passed_over(&self) -> Vec<String> {
        let variables = self.variables().filter(|(name, value)| {
            let name = name.strip_prefix(PREFIX).map(str::to_lowercase);
            name.is_some_and(|name| kubernetes::is_of_service(&name, value))
        });
        variables.map(|(name, _)| name).collect()
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

/// The variables that are UTF-8, as all that count must be.
fn texts(
    variables: impl Iterator<Item = (OsString, OsString)>,
    takes_database_url: bool,
) -> Result<Vec<(String, String)>, Error> {
    let mut texts = Vec::new();
    for (name, value) in variables {
        let shown = name.to_string_lossy().into_owned();
        let counts = shown.starts_with(PREFIX)
            || shown.starts_with("OTEL_")
            || takes_database_url && shown == "DATABASE_URL";
        match (name.into_string(), value.into_string()) {
            (Ok(name), Ok(value)) => texts.push((name, value)),
            _ if counts => return Err(Error::NotText { name: shown }),
            _ => {}
        }
    }
    Ok(texts)
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

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt as _;

    use super::*;

    #[test]
    fn a_variable_that_counts_and_is_not_utf_8_is_refused_by_name() {
        let latin_1 = || OsString::from_vec(b"/srv/caf\xe9".to_vec());
        let read = |name: &str, takes_database_url| {
            let variables = [
                (OsString::from("COACH_LOG"), OsString::from("info")),
                (OsString::from(name), latin_1()),
            ];
            texts(variables.into_iter(), takes_database_url)
        };
        for name in [
            "COACH_HOME",
            "COACH_MAIL",
            "COACH_POSTGRES_BIN",
            "OTEL_SERVICE_NAME",
        ] {
            let message = read(name, false).unwrap_err().to_string();
            assert!(
                message.starts_with(name) && message.contains("UTF-8"),
                "{message}"
            );
        }
        assert!(read("DATABASE_URL", true).is_err());
        let others = [("DATABASE_URL", false), ("OLDPWD", true)];
        for (name, takes_database_url) in others {
            assert_eq!(read(name, takes_database_url).unwrap().len(), 1);
        }
        let name = OsString::from_vec(b"COACH_\xe9".to_vec());
        let variables = [(name, OsString::from("1"))];
        assert!(texts(variables.into_iter(), false).is_err());
    }
}
