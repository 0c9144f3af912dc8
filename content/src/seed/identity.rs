//! IDs of seeded rows: derived from names, so that they are the same on every machine.

use uuid::Uuid;

/// The UUID namespace of seeded rows: the version 5 UUID of the URL `https://coach.example/content`.
pub const NAMESPACE: Uuid = Uuid::from_u128(0x34f2_2d41_6896_57ad_8302_3fa0_d6aa_033d);

/// The ID of a row: the version 5 UUID of `KIND/NAME`. The kind is the name of the table, and the name of a content
/// item is its slug. Imports derive IDs in the same way, so that programmes find their recipes.
pub fn id(kind: &str, name: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("{kind}/{name}").as_bytes())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{NAMESPACE, id};

    /// If IDs changed, seeding again would duplicate everything.
    #[test]
    fn ids_never_change() {
        let origin = b"https://coach.example/content";
        assert_eq!(NAMESPACE, Uuid::new_v5(&Uuid::NAMESPACE_URL, origin));
        let oats = id("recipe", "overnight-oats-with-berries").to_string();
        assert_eq!(oats, "015efe58-694a-5bca-9822-0a56b39731fe");
    }
}
