//! Turns what `tests/run` says is not on this machine into a `cfg`, so that the tests that want it are `ignored`, with
//! the reason, and neither pass nor fail. Without being said to be missing it is expected, and a test that does not find
//! it fails.

use std::env;

/// What can be missing: as `COACH_TEST_WITHOUT` names it, separated by spaces.
const STAND_INS: [&str; 6] = [
    "ministack",
    "namespaces",
    "npm",
    "pgbouncer",
    "python",
    "signatures",
];

#[expect(
    clippy::disallowed_methods,
    reason = "a setting of the tests' build, not of the gateway"
)]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=COACH_TEST_WITHOUT");
    let without = env::var("COACH_TEST_WITHOUT").unwrap_or_default();
    for name in STAND_INS {
        println!("cargo::rustc-check-cfg=cfg(without_{name})");
    }
    for name in without.split_whitespace() {
        assert!(
            STAND_INS.contains(&name),
            "COACH_TEST_WITHOUT: {name} is none of {STAND_INS:?}"
        );
        println!("cargo::rustc-cfg=without_{name}");
    }
}
