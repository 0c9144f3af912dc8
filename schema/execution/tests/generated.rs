//! The generator's output for the small schema is committed, so that changes of
//! the generator show in review. `UPDATE=1` rewrites it.

use std::{fs, path::Path};

use coach_schema::generate;

fn small() -> coach_schema::Generated {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/small/graphql");
    generate(&folder, "tests/small/parts").expect("the small schema is valid")
}

#[test]
#[expect(clippy::disallowed_methods, reason = "only set by developers")]
fn the_committed_output_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/small/generated.rs");
    let rust = small().rust;
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &rust).expect("the file can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == rust,
        "tests/small/generated.rs is out of date; run the test again with UPDATE=1"
    );
}

#[test]
fn every_field_has_a_coordinate_comment() {
    let generated = small();
    assert!(generated.fields.len() > 40);
    for field in &generated.fields {
        let comment = format!("// {field}");
        assert!(
            generated.rust.lines().any(|line| line.ends_with(&comment)),
            "{field} has no comment"
        );
    }
}
