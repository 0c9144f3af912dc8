//! Ensures that at most one process uses a folder.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    time::Duration,
};

use rustix::fs::OFlags;

use crate::{Error, postmaster};

/// A file lock that the kernel releases however the process ends. Child processes do not inherit it: the standard
/// library opens files with close-on-exec.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock of a folder, or fails with the id of the process that holds it. The file stays when the lock is
    /// released: if it were deleted, one process could hold the lock of the deleted file while another locks a new one.
    pub(crate) fn take(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("coach.lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .custom_flags(no_follow())
            .open(&path)
            .map_err(Error::io("open", &path))?;
        let mut locked = Ok(());
        // A process that is being killed, or a child between fork and exec, may hold the lock for a moment longer.
        postmaster::wait_until(Duration::from_secs(1), || {
            locked = file.try_lock();
            !matches!(locked, Err(TryLockError::WouldBlock))
        });
        match locked {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(in_use(folder, &mut file)),
            Err(TryLockError::Error(error)) => return Err(Error::io("lock", &path)(error)),
        }
        file.set_len(0)
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(Error::io("write", &path))?;
        Ok(Self { file })
    }
}

fn in_use(folder: &Path, file: &mut File) -> Error {
    let mut pid = String::new();
    // A missing id must not hide that the lock is taken.
    let _ = file.read_to_string(&mut pid);
    let pid = match pid.trim() {
        "" => "unknown".to_owned(),
        pid => pid.to_owned(),
    };
    Error::InUse {
        folder: folder.to_owned(),
        pid,
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file does not suffice: a child between fork and exec may have a copy of the descriptor.
        let _ = self.file.unlock();
    }
}

/// The flag that refuses symbolic links. Root opens files in a folder that the account of Postgres can write to; without
/// the flag, that account could redirect root by a link.
pub(crate) fn no_follow() -> i32 {
    OFlags::NOFOLLOW.bits().cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taking_a_held_lock_fails_with_the_pid_of_its_holder()
    -> Result<(), Box<dyn std::error::Error>> {
        let folder = std::env::temp_dir().join(format!("coach-lock-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let first = Lock::take(&folder)?;
        let second = Lock::take(&folder).map(drop).unwrap_err().to_string();
        assert!(
            second.contains(&format!("(pid {})", std::process::id())),
            "{second}"
        );
        drop(first);
        Lock::take(&folder)?;
        std::fs::remove_dir_all(&folder)?;
        Ok(())
    }
}
