//! The generator's output for the small schema is kept beside it, so that a
//! change of the generator shows in review. `UPDATE=1` writes it anew.

use std::{fs, path::Path};

use coach_schema::generate;

fn small() -> coach_schema::Generated {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/small/graphql");
    generate(&folder, "tests/small/parts").expect("the small schema is valid")
}

#[test]
#[expect(clippy::disallowed_methods, reason = "asked for by hand")]
fn the_small_schema_generates_what_is_kept() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/small/generated.rs");
    let rust = small().rust;
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &rust).expect("the file can be written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == rust,
        "tests/small/generated.rs is out of date; run the test again with UPDATE=1"
    );
}

#[test]
fn every_field_carries_its_marker() {
    let generated = small();
    assert!(generated.fields.len() > 40);
    for field in &generated.fields {
        let marker = format!("// {field}");
        assert!(
            generated.rust.lines().any(|line| line.ends_with(&marker)),
            "{field} has no marker"
        );
    }
}
