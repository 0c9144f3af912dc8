//! Turns each dependency that `tests/run` reports missing on this machine into a `cfg`, so that the tests that need it
//! are `ignored` with a reason instead of failing. A dependency that is not reported missing is expected to be there,
//! and a test that does not find it fails.

use std::env;

/// The optional dependencies, by their names in `COACH_TEST_WITHOUT`, which separates them by spaces.
const OPTIONAL: [&str; 7] = [
    "ministack",
    "namespaces",
    "npm",
    "pgbouncer",
    "python",
    "signatures",
    "valgrind",
];

#[expect(
    clippy::disallowed_methods,
    reason = "a setting of the tests' build, not of the gateway"
)]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=COACH_TEST_WITHOUT");
    let without = env::var("COACH_TEST_WITHOUT").unwrap_or_default();
    for name in OPTIONAL {
        println!("cargo::rustc-check-cfg=cfg(without_{name})");
    }
    for name in without.split_whitespace() {
        assert!(
            OPTIONAL.contains(&name),
            "COACH_TEST_WITHOUT: {name} is none of {OPTIONAL:?}"
        );
        println!("cargo::rustc-cfg=without_{name}");
    }
}
