//! Any value of YAML, read without a schema so that errors can name the field.

use std::{collections::HashMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};

/// A value.
#[derive(Debug, Default)]
pub(super) enum Yaml {
    /// Null.
    #[default]
    Nothing,
    /// A string, a number or a boolean.
    Word(String),
    List(Vec<Self>),
    /// The values by their keys. Keys that are no words are dropped.
    Keys(HashMap<String, Self>),
}

impl<'de> Deserialize<'de> for Yaml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Yaml;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Yaml, E> {
        Ok(Yaml::Word(word.to_owned()))
    }

    fn visit_bool<E: Error>(self, word: bool) -> Result<Yaml, E> {
        Ok(Yaml::Word(word.to_string()))
    }

    fn visit_i64<E: Error>(self, word: i64) -> Result<Yaml, E> {
        Ok(Yaml::Word(word.to_string()))
    }

    fn visit_u64<E: Error>(self, word: u64) -> Result<Yaml, E> {
        Ok(Yaml::Word(word.to_string()))
    }

    fn visit_f64<E: Error>(self, word: f64) -> Result<Yaml, E> {
        Ok(Yaml::Word(word.to_string()))
    }

    fn visit_unit<E: Error>(self) -> Result<Yaml, E> {
        Ok(Yaml::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Yaml, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Yaml::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Yaml, A::Error> {
        let mut keys = HashMap::new();
        while let Some((key, value)) = entries.next_entry()? {
            if let Yaml::Word(key) = key {
                keys.insert(key, value);
            }
        }
        Ok(Yaml::Keys(keys))
    }
}
