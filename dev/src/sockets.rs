//! The folder of the server's socket.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{Error, folders, run_as::RunAs};

/// Only a part of the socket's file name: the server does not listen on TCP.
pub(crate) const PORT: u16 = 5432;

/// A folder that only the account of Postgres and root can enter, removed when dropped.
///
/// It is directly in `/tmp`, not next to the data, because the path of a socket has at most 107 bytes (103 on macOS).
#[derive(Debug)]
pub(crate) struct Sockets {
    folder: PathBuf,
}

impl Sockets {
    pub(crate) fn create(data: &Path, user: &RunAs) -> Result<Self, Error> {
        let folder = Self::folder_of(data, user);
        folders::create_private(&folder, user)?;
        let sockets = Self { folder };
        // The files of a killed server would prevent a start if its process id is in use again. The caller holds the
        // lock of the data, and the server on it is stopped.
        sockets.remove_files();
        Ok(sockets)
    }

    /// The folder of the socket of the server on this data.
    pub(crate) fn folder_of(data: &Path, user: &RunAs) -> PathBuf {
        Path::new("/tmp").join(folders::short_name(data, user.uid()))
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.join(format!(".s.PGSQL.{PORT}"))
    }

    fn remove_files(&self) {
        let socket = self.socket();
        let _ = fs::remove_file(socket.with_extension(format!("{PORT}.lock")));
        let _ = fs::remove_file(socket);
    }
}

impl Drop for Sockets {
    fn drop(&mut self) {
        self.remove_files();
        // Not recursively: other files are not ours.
        let _ = fs::remove_dir(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_the_socket_is_short_however_long_the_home_is() {
        let data = PathBuf::from("/long".repeat(100));
        let sockets = Sockets {
            folder: Path::new("/tmp").join(folders::short_name(&data, u32::MAX)),
        };
        assert!(sockets.socket().as_os_str().len() < 103);
        let lock = sockets.socket().with_extension(format!("{PORT}.lock"));
        assert!(lock.ends_with(".s.PGSQL.5432.lock"), "{}", lock.display());
    }
}
