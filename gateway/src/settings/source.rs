//! Where settings are read from: defaults, `coach.toml`, the environment.

use std::{
    env,
    ffi::OsString,
    fmt, fs,
    path::{Path, PathBuf},
};

use figment::{
    Figment, Metadata, Profile, Provider,
    providers::{Format, Toml},
    value::{Dict, Map, Value},
};

use super::{Error, key, kubernetes};

const PREFIX: &str = "COACH_";

/// Ends the names of variables that name a file with the value of a setting, as secrets are mounted into containers.
const FILE_SUFFIX: &str = "_FILE";

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// The built-in default.
    Default,
    /// `coach.toml`.
    File,
    /// The environment variable `COACH_…` of the setting.
    Variable,
    /// The file that the environment variable `COACH_…_FILE` names.
    SecretFile,
    /// The environment variable `DATABASE_URL`.
    DatabaseUrl,
}

impl Source {
    const ALL: [Self; 5] = [
        Self::Default,
        Self::DatabaseUrl,
        Self::File,
        Self::Variable,
        Self::SecretFile,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::Default => "by default",
            Self::File => "from coach.toml",
            Self::Variable => "from the environment",
            Self::SecretFile => "from the file that a variable of the environment names",
            Self::DatabaseUrl => "from the environment, as DATABASE_URL",
        }
    }

    /// The name of a setting as this source spells it: `listen` in the file, `COACH_LISTEN` elsewhere.
    pub fn spell(self, name: &str) -> String {
        match self {
            Self::File => name.to_owned(),
            Self::SecretFile => format!("{PREFIX}{}{FILE_SUFFIX}", name.to_uppercase()),
            _ => format!("{PREFIX}{}", name.to_uppercase()),
        }
    }

    pub(super) fn of(metadata: Option<&Metadata>) -> Self {
        let name = metadata.map(|metadata| metadata.name.as_ref());
        let named = Self::ALL.into_iter().find(|it| Some(it.label()) == name);
        // Figment's TOML provider sets a name of its own.
        named.unwrap_or(Self::File)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.label())
    }
}

/// Everything that settings are read from. Tests construct their own.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// A TOML file, which may be missing.
    pub file: PathBuf,
    /// Environment variables.
    pub environment: Vec<(String, String)>,
    /// Whether `DATABASE_URL` is read. Off by default, because shells often have it set for other applications.
    pub takes_database_url: bool,
}

impl Sources {
    /// The environment of this process, and `coach.toml` in its working directory.
    ///
    /// # Errors
    ///
    /// When a variable that is read is not UTF-8. A lossy conversion would name another folder or another secret.
    pub fn of_process(takes_database_url: bool) -> Result<Self, Error> {
        Ok(Self {
            file: Path::new("coach.toml").to_owned(),
            environment: utf_8_variables(env::vars_os(), takes_database_url)?,
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
            (!foreign && setting_of_file(&name).is_none()).then_some((name, value))
        });
        let secrets = self.secrets()?;
        if self.file.exists() {
            figment = figment.merge(Toml::file_exact(&self.file));
        }
        let figment = figment
            .merge(Values::new(Source::Variable, variables))
            .merge(Values::new(Source::SecretFile, secrets.into_iter()));
        // A figment reports its errors only when a value is read.
        match figment.find_value("listen") {
            Ok(_) => Ok(figment),
            Err(error) => Err(Error::File(error.to_string())),
        }
    }

    /// The files that variables name which have the value of a setting.
    pub fn secret_files(&self) -> Vec<PathBuf> {
        let variables = self.variables();
        let files = variables.filter(|(name, _)| setting_of_variable(name).is_some());
        files.map(|(_, path)| PathBuf::from(path)).collect()
    }

    /// The settings whose values are in files. A newline at the end of a file is not a part of the value.
    fn secrets(&self) -> Result<Vec<(String, String)>, Error> {
        let mut secrets = Vec::new();
        for (variable, path) in self.variables() {
            let name = variable.strip_prefix(PREFIX).map(str::to_lowercase);
            let Some(setting) = name.as_deref().and_then(setting_of_file) else {
                continue;
            };
            let error = |why: String| Error::SecretFile {
                variable: variable.clone(),
                path: path.clone(),
                why,
            };
            let other = Source::Variable.spell(setting);
            if self.variable(&other).is_some() {
                return Err(error(format!("{other} is set, too")));
            }
            let text = fs::read_to_string(&path).map_err(|cause| error(cause.to_string()))?;
            let value = text.trim_end_matches(['\r', '\n']);
            if value.is_empty() {
                return Err(error("it is empty".to_owned()));
            }
            secrets.push((setting.to_owned(), value.to_owned()));
        }
        Ok(secrets)
    }

    /// The names of variables that look like settings but are ignored, because Kubernetes sets them.
    pub(super) fn ignored_variables(&self) -> Vec<String> {
        let variables = self.variables().filter(|(name, value)| {
            let name = name.strip_prefix(PREFIX).map(str::to_lowercase);
            name.is_some_and(|name| kubernetes::is_of_service(&name, value))
        });
        variables.map(|(name, _)| name).collect()
    }

    /// Removes a variable, and returns whether there was one.
    pub(super) fn remove(&mut self, name: &str) -> bool {
        let before = self.environment.len();
        self.environment.retain(|(key, _)| key != name);
        self.environment.len() < before
    }

    /// The value of an environment variable, unless it is missing or empty.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        let mut variables = self.environment.iter();
        let (_, value) = variables.find(|(key, value)| key == name && !value.is_empty())?;
        Some(value)
    }

    /// The variables with a value. An empty one counts as unset, because tools such as Docker Compose often cannot
    /// leave a variable out.
    fn variables(&self) -> impl Iterator<Item = (String, String)> {
        let variables = self.environment.iter();
        variables.filter(|(_, value)| !value.is_empty()).cloned()
    }
}

/// The setting whose value is in the file that this variable names, if it is one of those.
pub(super) fn setting_of_variable(variable: &str) -> Option<String> {
    let name = variable.strip_prefix(PREFIX)?.to_lowercase();
    setting_of_file(&name).map(str::to_owned)
}

/// The setting whose value is in the file that a variable of this name names, without `COACH_` and in lower case.
fn setting_of_file(name: &str) -> Option<&str> {
    let setting = name.strip_suffix(&FILE_SUFFIX.to_lowercase())?;
    (key::find(name).is_none() && key::find(setting).is_some()).then_some(setting)
}

/// The variables that are UTF-8. Fails when a variable that is read is not.
fn utf_8_variables(
    variables: impl Iterator<Item = (OsString, OsString)>,
    takes_database_url: bool,
) -> Result<Vec<(String, String)>, Error> {
    let mut utf_8 = Vec::new();
    for (name, value) in variables {
        let lossy_name = name.to_string_lossy().into_owned();
        let is_read = lossy_name.starts_with(PREFIX)
            || lossy_name.starts_with("OTEL_")
            || takes_database_url && lossy_name == "DATABASE_URL";
        match (name.into_string(), value.into_string()) {
            (Ok(name), Ok(value)) => utf_8.push((name, value)),
            _ if is_read => return Err(Error::NotText { name: lossy_name }),
            _ => {}
        }
    }
    Ok(utf_8)
}

/// A provider whose values are all strings. Figment's provider for the environment would parse what looks like a
/// number.
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
    fn variables_that_are_read_must_be_utf_8() {
        let latin_1 = || OsString::from_vec(b"/srv/caf\xe9".to_vec());
        let read = |name: &str, takes_database_url| {
            let variables = [
                (OsString::from("COACH_LOG"), OsString::from("info")),
                (OsString::from(name), latin_1()),
            ];
            utf_8_variables(variables.into_iter(), takes_database_url)
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
        assert!(utf_8_variables(variables.into_iter(), false).is_err());
    }
}
