//! A release has no kill points.

use std::process::Command;

/// The features of `coach-domain` for a selection of packages, as cargo resolves them.
fn features(chosen: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "--edges",
            "features",
            "--invert",
            "coach-domain",
        ])
        .args(chosen)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_release_has_no_kill_points() {
    // The same selection as `cargo build` for the image. `make dev` builds what the tests build.
    let released = features(&["--package", "coach-gateway"]);
    assert!(released.contains("coach-domain"), "{released}");
    assert!(!released.contains("kill-points"), "{released}");
    // The tests' build has them, so this check would notice them.
    assert!(features(&["--workspace"]).contains("kill-points"));
}
