//! Reads one setting at a time, so that each error names the setting and its source.

use std::collections::BTreeMap;

use coach_workers::ApiSettings;
use figment::{
    Figment,
    value::{Dict, Value},
};

use super::{
    Error,
    key::{self, KEYS, Key},
    partners, replacement,
    source::Source,
    value::{self, Parsed},
};

pub(super) struct Reader {
    figment: Figment,
    /// What stands in for values that are wrong or missing, so that the other settings can be checked too.
    replaced: BTreeMap<&'static str, Option<String>>,
}

impl Reader {
    /// A reader of these sources.
    pub(super) fn new(figment: Figment) -> Self {
        Self {
            figment,
            replaced: BTreeMap::new(),
        }
    }

    /// An error for each setting that does not exist; fails when the file cannot be read.
    pub(super) fn unknown(&self) -> Result<Vec<Error>, Error> {
        let extracted = self.figment.extract();
        let set: Dict = extracted.map_err(|error| Error::File(error.to_string()))?;
        let unknown = set.keys().filter(|name| key::find(name).is_none());
        let unknown =
            unknown.map(|name| unknown_error(name, Source::of(self.figment.find_metadata(name))));
        Ok(unknown.collect())
    }

    /// Replaces the value of a setting that is wrong or missing. Returns false when that has been done before.
    pub(super) fn replace(&mut self, name: &'static str) -> bool {
        let value = replacement::of(name);
        self.replaced.insert(name, value).is_none()
    }

    fn find_value(&self, name: &str) -> Option<Value> {
        match self.replaced.get(name) {
            Some(replacement) => replacement.clone().map(Value::from),
            None => self.figment.find_value(name).ok(),
        }
    }

    /// The value of a setting that must be set; `because` says why.
    pub(super) fn required<T>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Parsed<T>,
        because: &'static str,
    ) -> Result<T, Error> {
        let value = self.optional(name, parse)?;
        value.ok_or(Error::Missing { name, because })
    }

    /// The value of a setting that has a default.
    pub(super) fn read<T>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Parsed<T>,
    ) -> Result<T, Error> {
        self.required(name, parse, "it has no default")
    }

    /// The value of a setting that may be missing.
    pub(super) fn optional<T>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Parsed<T>,
    ) -> Result<Option<T>, Error> {
        let Some(value) = self.find_value(name) else {
            return Ok(None);
        };
        let text = text(&value).ok_or_else(|| self.invalid(name, "it is not a single value"))?;
        match parse(&text) {
            Ok(value) => Ok(Some(value)),
            Err(remark) => Err(self.invalid(name, &remark)),
        }
    }

    /// The values of a setting that lists them with commas between them; none when it is not set.
    pub(super) fn list<T, L: FromIterator<T> + Default>(
        &self,
        name: &'static str,
        parse: impl FnMut(&str) -> Parsed<T>,
    ) -> Result<L, Error> {
        let list = self.optional(name, |text| text.split(',').map(parse).collect())?;
        Ok(list.unwrap_or_default())
    }

    /// The settings of an external API; `None` when its key is not set.
    pub(super) fn api(
        &self,
        url: &'static str,
        key: &'static str,
    ) -> Result<Option<ApiSettings>, Error> {
        let url = self.read(url, value::http_url)?;
        let api_key = self.optional(key, value::non_empty)?;
        Ok(api_key.map(|api_key| ApiSettings { url, api_key }))
    }

    /// The structured value of a setting, if it is set.
    pub(super) fn value(&self, name: &'static str) -> Option<Value> {
        self.find_value(name)
    }

    /// The error for a value that is not allowed, by itself or in combination with other settings.
    pub(super) fn invalid(&self, name: &'static str, remark: &str) -> Error {
        Error::Invalid {
            name,
            value: self.masked(name).unwrap_or_default(),
            origin: self.source(name),
            remark: remark.to_owned(),
        }
    }

    pub(super) fn source(&self, name: &str) -> Source {
        if self.replaced.contains_key(name) {
            Source::Variable
        } else if self.figment.contains(name) {
            Source::of(self.figment.find_metadata(name))
        } else {
            Source::Default
        }
    }

    /// The value with secrets masked, if it is set.
    pub(super) fn masked(&self, name: &str) -> Option<String> {
        let Key { mask, .. } = key::find(name)?;
        let value = self.find_value(name)?;
        if name == partners::NAME {
            return Some(partners::mask(&value));
        }
        Some(text(&value).map_or_else(|| "…".to_owned(), |text| mask(&text)))
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(_, text) => Some(text.clone()),
        Value::Bool(_, value) => Some(value.to_string()),
        Value::Num(_, number) => {
            let whole = number.to_i128().map(|number| number.to_string());
            whole.or_else(|| number.to_f64().map(|number| number.to_string()))
        }
        _ => None,
    }
}

fn unknown_error(name: &str, source: Source) -> Error {
    let shared = |key: &&Key| {
        let words = key.name.split('_');
        words
            .filter(|word| name.contains(word))
            .map(str::len)
            .sum::<usize>()
    };
    let beginning = |key: &&Key| {
        let pairs = key.name.bytes().zip(name.bytes());
        pairs.take_while(|(one, other)| one == other).count()
    };
    let nearest = KEYS.iter().max_by_key(|key| (shared(key), beginning(key)));
    let nearest = nearest.filter(|key| shared(key) > 2);
    let names: Vec<_> = KEYS.iter().map(|key| source.spell(key.name)).collect();
    Error::Unknown {
        name: name.to_owned(),
        origin: source,
        nearest: nearest.map(|key| source.spell(key.name)),
        names: names.join(", "),
    }
}
