//! Reads one setting at a time, so that each error names the setting and its source.

use coach_workers::ApiSettings;
use figment::{
    Figment,
    value::{Dict, Value},
};

use super::{
    Error,
    key::{self, KEYS, Key},
    partners,
    source::Source,
    value::{self, Parsed},
};

pub(super) struct Reader(Figment);

impl Reader {
    /// Fails on unknown settings.
    pub(super) fn new(figment: Figment) -> Result<Self, Error> {
        let given: Dict = figment
            .extract()
            .map_err(|error| Error::File(error.to_string()))?;
        for name in given.keys() {
            if key::find(name).is_none() {
                return Err(unknown(name, Source::of(figment.find_metadata(name))));
            }
        }
        Ok(Self(figment))
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
        let Ok(value) = self.0.find_value(name) else {
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
        self.0.find_value(name).ok()
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
        if self.0.contains(name) {
            Source::of(self.0.find_metadata(name))
        } else {
            Source::Default
        }
    }

    /// The value with secrets masked, if it is set.
    pub(super) fn masked(&self, name: &str) -> Option<String> {
        let Key { mask, .. } = key::find(name)?;
        let value = self.0.find_value(name).ok()?;
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

fn unknown(name: &str, source: Source) -> Error {
    let shared = |key: &&Key| {
        let words = key.name.split('_');
        words
            .filter(|word| name.contains(word))
            .map(str::len)
            .sum::<usize>()
    };
    let nearest = KEYS.iter().max_by_key(shared).filter(|key| shared(key) > 2);
    let names: Vec<_> = KEYS.iter().map(|key| source.spell(key.name)).collect();
    Error::Unknown {
        name: name.to_owned(),
        origin: source,
        nearest: nearest.map(|key| source.spell(key.name)),
        names: names.join(", "),
    }
}
