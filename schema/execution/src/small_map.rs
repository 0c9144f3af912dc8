//! A map for what is mostly one entry, and seldom more than a few.

use std::{collections::HashMap, hash::Hash};

use foldhash::fast::RandomState;
use smallvec::SmallVec;

/// The number of entries up to which all of them are compared, instead of hashing the key.
const MAX_COMPARED: usize = 16;

/// A map in the order of insertion, from which nothing is removed. Its first entry is stored without an allocation.
#[derive(Clone, Debug)]
pub struct SmallMap<K, V> {
    entries: SmallVec<[(K, V); 1]>,
    /// The places of all keys, once there are more than [`MAX_COMPARED`].
    places: HashMap<K, usize, RandomState>,
}

impl<K, V> Default for SmallMap<K, V> {
    fn default() -> Self {
        Self {
            entries: SmallVec::new(),
            places: HashMap::default(),
        }
    }
}

impl<K: Clone + Eq + Hash, V> SmallMap<K, V> {
    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.place(key).map(|place| &self.entries[place].1)
    }

    /// The value of a key, which is inserted with a default value if it is not there.
    pub fn get_or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let place = self.place(&key);
        let place = place.unwrap_or_else(|| self.push(key, V::default()));
        &mut self.entries[place].1
    }

    /// Inserts a value, or replaces the one that the key has.
    pub fn insert(&mut self, key: K, value: V) {
        match self.place(&key) {
            Some(place) => self.entries[place].1 = value,
            None => {
                self.push(key, value);
            }
        }
    }

    /// The entries in the order of insertion.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// The number of entries.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The place of a key: the number of entries that were inserted before it.
    pub(crate) fn place(&self, key: &K) -> Option<usize> {
        if self.entries.len() > MAX_COMPARED {
            self.places.get(key).copied()
        } else {
            self.entries.iter().position(|(known, _)| known == key)
        }
    }

    /// The entry at a place, which is below [`len`](Self::len).
    pub(crate) fn at(&self, place: usize) -> &(K, V) {
        &self.entries[place]
    }

    /// The value at a place, which is below [`len`](Self::len).
    pub(crate) fn value_at(&mut self, place: usize) -> &mut V {
        &mut self.entries[place].1
    }

    /// Inserts a key that is not there, and returns its place.
    pub(crate) fn push(&mut self, key: K, value: V) -> usize {
        let place = self.entries.len();
        if place > MAX_COMPARED {
            self.places.insert(key.clone(), place);
        } else if place == MAX_COMPARED {
            let keys = self.entries.iter().map(|(key, _)| key).chain([&key]);
            self.places = keys.cloned().zip(0..).collect();
        }
        self.entries.push((key, value));
        place
    }
}

impl<K: Clone + Eq + Hash, V> FromIterator<(K, V)> for SmallMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::default();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

impl<K, V> IntoIterator for SmallMap<K, V> {
    type Item = (K, V);
    type IntoIter = smallvec::IntoIter<[(K, V); 1]>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_however_many_there_are() {
        let mut map = SmallMap::default();
        for number in 0..3 * MAX_COMPARED {
            assert_eq!(map.get(&number), None);
            map.insert(number, number);
            map.insert(number / 2, 0);
            assert_eq!(map.len(), number + 1);
            assert!((0..=number).all(|known| map.place(&known) == Some(known)));
        }
        let large = 3 * MAX_COMPARED - 1;
        assert_eq!(map.get(&large), Some(&large));
        assert_eq!(map.get(&0), Some(&0));
        *map.get_or_default(large) += 1;
        assert_eq!(*map.get_or_default(large + 1), 0);
        assert_eq!(map.into_iter().next_back(), Some((large + 1, 0)));
    }
}
