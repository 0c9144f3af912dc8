//! Ids of what is seeded: made from names, so that they are the same on every
//! machine.

use uuid::Uuid;

/// The namespace of all names of seeded rows, itself the version 5 UUID of the
/// URL `https://coach.example/content`.
pub const NAMESPACE: Uuid = Uuid::from_u128(0x34f2_2d41_6896_57ad_8302_3fa0_d6aa_033d);

/// The id of a row: the version 5 UUID of `KIND/NAME`, where the kind is the
/// table's name, and the name of content is its slug. An import of further
/// content has to derive ids the same way, so that programmes find their recipes.
pub fn id(kind: &str, name: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("{kind}/{name}").as_bytes())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{NAMESPACE, id};

    /// Were ids to change, seeding again would add everything once more.
    #[test]
    fn ids_stay_the_same_for_ever() {
        let origin = b"https://coach.example/content";
        assert_eq!(NAMESPACE, Uuid::new_v5(&Uuid::NAMESPACE_URL, origin));
        let oats = id("recipe", "overnight-oats-with-berries").to_string();
        assert_eq!(oats, "015efe58-694a-5bca-9822-0a56b39731fe");
    }
}
