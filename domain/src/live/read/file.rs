//! Reading the status file from the store, for its HTTP route.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use tokio::{
    sync::{Notify, watch},
    time::timeout,
};

use crate::{
    live::STATUS_FILE_KEY,
    object::{Error, Object, ObjectStore},
};

/// How often the background task checks whether the reader has been dropped.
const DROP_CHECK_INTERVAL: Duration = Duration::from_secs(5);

/// Coalesces concurrent reads of the status file. It does not cache: each caller gets the result of a read that began
/// after the call, so a CDN that requests the file after a write gets what was written. `T` is the representation,
/// which is created once for each read.
pub struct StatusFileReader<T> {
    /// The number of calls.
    calls: AtomicU64,
    wake: Notify,
    latest: watch::Sender<ReadResult<T>>,
}

struct ReadResult<T> {
    /// The number of calls when the read began, all of which it serves.
    serves: u64,
    file: Result<Option<T>, Error>,
}

impl<T: Clone + Send + Sync + 'static> StatusFileReader<T> {
    /// A reader of a store. Its background task runs until the reader is dropped.
    pub fn new(store: Arc<dyn ObjectStore>, make: fn(Object) -> T) -> Arc<Self> {
        let file = Arc::new(Self {
            calls: AtomicU64::new(0),
            wake: Notify::new(),
            latest: watch::Sender::new(ReadResult {
                serves: 0,
                file: Ok(None),
            }),
        });
        tokio::spawn(read_in_background(Arc::downgrade(&file), store, make));
        file
    }

    /// Reads the file; `None` if it does not exist.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn read(&self) -> Result<Option<T>, Error> {
        let call = self.calls.fetch_add(1, SeqCst) + 1;
        let mut latest = self.latest.subscribe();
        self.wake.notify_one();
        match latest.wait_for(|latest| latest.serves >= call).await {
            Ok(latest) => latest.file.clone(),
            Err(_) => Err(Error::Unavailable("the reader has ended".to_owned())),
        }
    }
}

async fn read_in_background<T: Clone + Send + Sync + 'static>(
    file: Weak<StatusFileReader<T>>,
    store: Arc<dyn ObjectStore>,
    make: fn(Object) -> T,
) {
    while let Some(file) = file.upgrade() {
        let serves = file.calls.load(SeqCst);
        if file.latest.borrow().serves == serves {
            let _ = timeout(DROP_CHECK_INTERVAL, file.wake.notified()).await;
            continue;
        }
        let read = store
            .get(STATUS_FILE_KEY)
            .await
            .map(|found| found.map(make));
        file.latest.send_replace(ReadResult { serves, file: read });
    }
}
