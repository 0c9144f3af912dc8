//! A local folder as an object store, for development and small installations. Attributes are not stored: the code that
//! serves an object knows its content type.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use coach_domain::object::{Attributes, Condition, ETag, Error, Object, ObjectStore};
use sha2::{Digest as _, Sha256};

use super::key;

/// The folder of locks and drafts. It cannot collide with an object, since no key begins with a dot.
const INTERNAL: &str = ".internal";

/// A folder with objects. Writes of one object, by this process and others, are serialized; readers see the object as
/// it was before a write or after it. A write returns when the object is synced to the disk.
///
/// An object cannot be both an object and a folder of others: `a` and `a/b` exclude each other.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// A store in the folder `root`, which is created by the first write.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Looks whether the folder exists and can be read. Changes nothing.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or is no folder.
    pub fn inspect(&self) -> io::Result<()> {
        fs::read_dir(&self.root).map(drop)
    }

    /// Runs a blocking operation on the thread pool for such. It runs to its end even if the caller drops the future.
    async fn run<T: Send + 'static>(
        &self,
        key: &str,
        operation: impl FnOnce(&Path, &str) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        key::check(key)?;
        let (root, key) = (self.root.clone(), key.to_owned());
        let result = tokio::task::spawn_blocking(move || operation(&root, &key)).await;
        result.map_err(|_| Error::Unavailable("the store's task ended".to_owned()))?
    }
}

#[async_trait::async_trait]
impl ObjectStore for Folder {
    async fn get(&self, key: &str) -> Result<Option<Object>, Error> {
        self.run(key, |root, key| read(&root.join(key))).await
    }

    async fn put(
        &self,
        key: &str,
        bytes: &[u8],
        _: &Attributes,
        condition: &Condition,
    ) -> Result<ETag, Error> {
        let (bytes, condition) = (bytes.to_vec(), condition.clone());
        self.run(key, move |root, key| write(root, key, &bytes, &condition))
            .await
    }

    async fn delete(&self, key: &str) -> Result<(), Error> {
        self.run(key, |root, key| {
            let _lock = Lock::acquire(root, key)?;
            match fs::remove_file(root.join(key)) {
                Err(error) if is_missing(&error) => Ok(()),
                removed => removed.map_err(|error| unavailable(&error)),
            }
        })
        .await
    }
}

fn read(path: &Path) -> Result<Option<Object>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(Object {
            etag: etag(&bytes),
            bytes: bytes.into(),
        })),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(unavailable(&error)),
    }
}

fn write(root: &Path, key: &str, bytes: &[u8], condition: &Condition) -> Result<ETag, Error> {
    let lock = Lock::acquire(root, key)?;
    let path = root.join(key);
    let is_met = match condition {
        Condition::Always => true,
        Condition::Absent => read(&path)?.is_none(),
        Condition::Matches(etag) => read(&path)?.is_some_and(|object| object.etag == *etag),
    };
    if !is_met {
        return Err(Error::Conflict);
    }
    let folder = path.parent().unwrap_or(root);
    let written = (|| {
        fs::create_dir_all(folder)?;
        let mut draft = File::create(&lock.draft)?;
        draft.write_all(bytes)?;
        draft.sync_all()?;
        fs::rename(&lock.draft, &path)?;
        // The rename is durable only when the folder is synced, too.
        File::open(folder)?.sync_all()
    })();
    match written {
        Ok(()) => Ok(etag(bytes)),
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::IsADirectory | ErrorKind::NotADirectory | ErrorKind::AlreadyExists
            ) =>
        {
            Err(Error::Refused(
                "there are objects within this key, or this key is within an object".to_owned(),
            ))
        }
        Err(error) => Err(unavailable(&error)),
    }
}

/// The entity tag depends on the content alone, as with S3.
fn etag(bytes: &[u8]) -> ETag {
    ETag(URL_SAFE_NO_PAD.encode(Sha256::digest(bytes)))
}

/// An exclusive lock for writing an object, until it is dropped or the process ends. Objects share 256 locks by the
/// hash of their key, to limit the number of files.
struct Lock {
    _file: File,
    /// The file that the object is first written to. Only the holder of the lock uses it, so leftovers can be replaced.
    draft: PathBuf,
}

impl Lock {
    fn acquire(root: &Path, key: &str) -> Result<Self, Error> {
        let internal = root.join(INTERNAL);
        let number = Sha256::digest(key)[0];
        let locked = (|| {
            fs::create_dir_all(&internal)?;
            let lock = internal.join(format!("{number:02x}.lock"));
            let file = File::options()
                .write(true)
                .create(true)
                .truncate(false)
                .open(lock)?;
            file.lock()?;
            Ok(file)
        })();
        Ok(Self {
            _file: locked.map_err(|error| unavailable(&error))?,
            draft: internal.join(format!("{number:02x}.draft")),
        })
    }
}

/// Whether there is no object with a key. The key may also be below an object, or be a folder of objects.
fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory
    )
}

fn unavailable(error: &io::Error) -> Error {
    Error::Unavailable(format!("the folder of objects: {}", error.kind()))
}
