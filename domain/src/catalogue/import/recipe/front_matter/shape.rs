//! What kinds of values front matter holds, whatever they are, so that what is wrong is said of a field.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// The front matter as a whole.
#[derive(Debug)]
pub(super) enum Shape {
    /// It has keys, of which these are looked at.
    Keys { title: Held, tags: Held },
    /// It is a list, or a text.
    Other,
}

/// What a key holds.
#[derive(Debug, Default)]
pub(super) enum Held {
    /// Nothing, or null.
    #[default]
    Nothing,
    /// A text, a number, or yes or no.
    Word(String),
    List(Vec<Item>),
    Keys,
}

/// One of a list. What is below it is not kept, however deep it is.
#[derive(Debug)]
pub(super) enum Item {
    Nothing,
    Word(String),
    List,
    Keys,
}

impl Held {
    /// The words; or what is held instead, as people call it.
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

    /// What it is, as people call it.
    pub(super) fn holds(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Word(_) => "a text",
            Self::List(_) => "a list",
            Self::Keys => "keys with values",
        }
    }
}

/// The scalars of YAML, as words.
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

fn pass_over<'de, A: MapAccess<'de>>(mut keys: A) -> Result<(), A::Error> {
    while keys.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

fn pass_over_list<'de, A: SeqAccess<'de>>(mut items: A) -> Result<(), A::Error> {
    while items.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

impl<'de> Deserialize<'de> for Held {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Held;

            words!(Held);

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Held, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(Held::List(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, keys: A) -> Result<Held, A::Error> {
                pass_over(keys).map(|()| Held::Keys)
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
                pass_over_list(list).map(|()| Item::List)
            }

            fn visit_map<A: MapAccess<'de>>(self, keys: A) -> Result<Item, A::Error> {
                pass_over(keys).map(|()| Item::Keys)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Shape;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("keys such as `title`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut keys: A) -> Result<Shape, A::Error> {
                let (mut title, mut tags) = (Held::Nothing, Held::Nothing);
                while let Some(key) = keys.next_key::<Item>()? {
                    match key {
                        Item::Word(key) if key == "title" => title = keys.next_value()?,
                        Item::Word(key) if key == "tags" => tags = keys.next_value()?,
                        _ => {
                            keys.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(Shape::Keys { title, tags })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Shape, A::Error> {
                pass_over_list(list).map(|()| Shape::Other)
            }

            fn visit_str<E: Error>(self, _: &str) -> Result<Shape, E> {
                Ok(Shape::Other)
            }

            fn visit_bool<E: Error>(self, _: bool) -> Result<Shape, E> {
                Ok(Shape::Other)
            }

            fn visit_i64<E: Error>(self, _: i64) -> Result<Shape, E> {
                Ok(Shape::Other)
            }

            fn visit_u64<E: Error>(self, _: u64) -> Result<Shape, E> {
                Ok(Shape::Other)
            }

            fn visit_f64<E: Error>(self, _: f64) -> Result<Shape, E> {
                Ok(Shape::Other)
            }

            fn visit_unit<E: Error>(self) -> Result<Shape, E> {
                Ok(Shape::Other)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}
