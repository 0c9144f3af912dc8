//! The types of the values in front matter, read without a schema so that errors can name the field.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// The front matter as a whole.
#[derive(Debug)]
pub(super) enum FrontMatterShape {
    /// A mapping, with the values of the keys that are used.
    Keys { title: FieldValue, tags: FieldValue },
    /// A sequence or a scalar.
    Other,
}

/// The value of a key.
#[derive(Debug, Default)]
pub(super) enum FieldValue {
    /// Missing, or null.
    #[default]
    Nothing,
    /// A string, a number or a boolean.
    Word(String),
    List(Vec<Item>),
    Keys,
}

/// An item of a sequence. Nested values are discarded.
#[derive(Debug)]
pub(super) enum Item {
    Nothing,
    Word(String),
    List,
    Keys,
}

impl FieldValue {
    /// The words, or a description of the value that is there instead.
    pub(super) fn words(self) -> Result<Vec<String>, &'static str> {
        match self {
            Self::Nothing => Ok(Vec::new()),
            Self::Word(word) => Ok(vec![word]),
            Self::List(items) => {
                let words = items.into_iter().filter_map(|item| match item {
                    Item::Nothing => None,
                    Item::Word(word) => Some(Ok(word)),
                    Item::List => Some(Err("a list in a list")),
                    Item::Keys => Some(Err("keys with values")),
                });
                words.collect()
            }
            Self::Keys => Err("keys with values"),
        }
    }

    /// A description of the value.
    pub(super) fn holds(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Word(_) => "a text",
            Self::List(_) => "a list",
            Self::Keys => "keys with values",
        }
    }
}

/// Visitor methods that turn YAML scalars into words.
macro_rules! words {
    ($of:ident) => {
        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a value")
        }

        fn visit_str<E: Error>(self, word: &str) -> Result<$of, E> {
            Ok($of::Word(word.to_owned()))
        }

        fn visit_bool<E: Error>(self, word: bool) -> Result<$of, E> {
            Ok($of::Word(word.to_string()))
        }

        fn visit_i64<E: Error>(self, word: i64) -> Result<$of, E> {
            Ok($of::Word(word.to_string()))
        }

        fn visit_u64<E: Error>(self, word: u64) -> Result<$of, E> {
            Ok($of::Word(word.to_string()))
        }

        fn visit_i128<E: Error>(self, word: i128) -> Result<$of, E> {
            Ok($of::Word(word.to_string()))
        }

        fn visit_u128<E: Error>(self, word: u128) -> Result<$of, E> {
            Ok($of::Word(word.to_string()))
        }

        fn visit_f64<E: Error>(self, word: f64) -> Result<$of, E> {
            Ok($of::Word(word.to_string()))
        }

        fn visit_unit<E: Error>(self) -> Result<$of, E> {
            Ok($of::Nothing)
        }

        fn visit_none<E: Error>(self) -> Result<$of, E> {
            Ok($of::Nothing)
        }

        fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<$of, D::Error> {
            $of::deserialize(inner)
        }
    };
}

fn skip_map<'de, A: MapAccess<'de>>(mut keys: A) -> Result<(), A::Error> {
    while keys.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

fn skip_seq<'de, A: SeqAccess<'de>>(mut items: A) -> Result<(), A::Error> {
    while items.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

impl<'de> Deserialize<'de> for FieldValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = FieldValue;

            words!(FieldValue);

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<FieldValue, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(FieldValue::List(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, keys: A) -> Result<FieldValue, A::Error> {
                skip_map(keys).map(|()| FieldValue::Keys)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Item;

            words!(Item);

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Item, A::Error> {
                skip_seq(list).map(|()| Item::List)
            }

            fn visit_map<A: MapAccess<'de>>(self, keys: A) -> Result<Item, A::Error> {
                skip_map(keys).map(|()| Item::Keys)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl<'de> Deserialize<'de> for FrontMatterShape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = FrontMatterShape;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("keys such as `title`")
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                mut keys: A,
            ) -> Result<FrontMatterShape, A::Error> {
                let (mut title, mut tags) = (FieldValue::Nothing, FieldValue::Nothing);
                while let Some(key) = keys.next_key::<Item>()? {
                    match key {
                        Item::Word(key) if key == "title" => title = keys.next_value()?,
                        Item::Word(key) if key == "tags" => tags = keys.next_value()?,
                        _ => {
                            keys.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(FrontMatterShape::Keys { title, tags })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<FrontMatterShape, A::Error> {
                skip_seq(list).map(|()| FrontMatterShape::Other)
            }

            fn visit_str<E: Error>(self, _: &str) -> Result<FrontMatterShape, E> {
                Ok(FrontMatterShape::Other)
            }

            fn visit_bool<E: Error>(self, _: bool) -> Result<FrontMatterShape, E> {
                Ok(FrontMatterShape::Other)
            }

            fn visit_i64<E: Error>(self, _: i64) -> Result<FrontMatterShape, E> {
                Ok(FrontMatterShape::Other)
            }

            fn visit_u64<E: Error>(self, _: u64) -> Result<FrontMatterShape, E> {
                Ok(FrontMatterShape::Other)
            }

            fn visit_f64<E: Error>(self, _: f64) -> Result<FrontMatterShape, E> {
                Ok(FrontMatterShape::Other)
            }

            fn visit_unit<E: Error>(self) -> Result<FrontMatterShape, E> {
                Ok(FrontMatterShape::Other)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}
