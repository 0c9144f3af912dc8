//! Temporary folders for tests.

#![expect(
    clippy::missing_panics_doc,
    reason = "in tests whatever goes wrong is a panic"
)]

use std::{fs::Permissions, ops::Deref, os::unix::fs::PermissionsExt as _, path::Path, sync::Arc};

use tempfile::TempDir;

/// A folder that is removed with the last of its clones.
#[derive(Clone, Debug)]
pub struct TestFolder(Arc<TempDir>);

impl Deref for TestFolder {
    type Target = Path;

    fn deref(&self) -> &Path {
        self.0.path()
    }
}

impl AsRef<Path> for TestFolder {
    fn as_ref(&self) -> &Path {
        self
    }
}

/// An empty folder that every user may enter, since servers in it run as other users. Its path is short enough for a
/// Unix socket in it.
pub fn folder() -> TestFolder {
    let mut builder = tempfile::Builder::new();
    builder
        .prefix("coach-test-")
        .permissions(Permissions::from_mode(0o755));
    TestFolder(Arc::new(builder.tempdir().expect("a folder")))
}
