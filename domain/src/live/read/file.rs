//! The file as the store has it, for whoever asks for it over HTTP.

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
    live::KEY,
    object::{Error, Object, ObjectStore},
};

/// How often it is looked whether the file is still in use.
const IN_USE: Duration = Duration::from_secs(5);

/// Reads for many at once. It keeps nothing for later: each gets what a read found that began after they asked, so an
/// edge that asks after the file was written gets what was written. `T` is what answers are made of, once for each read.
pub struct StatusFile<T> {
    /// How many have asked.
    asked: AtomicU64,
    wake: Notify,
    found: watch::Sender<Found<T>>,
}

struct Found<T> {
    /// How many had asked when the read began.
    covers: u64,
    file: Result<Option<T>, Error>,
}

impl<T: Clone + Send + Sync + 'static> StatusFile<T> {
    /// Of a store. Reads as long as it is in use.
    pub fn new(store: Arc<dyn ObjectStore>, make: fn(Object) -> T) -> Arc<Self> {
        let file = Arc::new(Self {
            asked: AtomicU64::new(0),
            wake: Notify::new(),
            found: watch::Sender::new(Found {
                covers: 0,
                file: Ok(None),
            }),
        });
        tokio::spawn(read(Arc::downgrade(&file), store, make));
        file
    }

    /// The file as it is now; `None` where nothing was ever written.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub async fn read(&self) -> Result<Option<T>, Error> {
        let ticket = self.asked.fetch_add(1, SeqCst) + 1;
        let mut found = self.found.subscribe();
        self.wake.notify_one();
        match found.wait_for(|found| found.covers >= ticket).await {
            Ok(found) => found.file.clone(),
            Err(_) => Err(Error::Unavailable("the reader has ended".to_owned())),
        }
    }
}

async fn read<T: Clone + Send + Sync + 'static>(
    file: Weak<StatusFile<T>>,
    store: Arc<dyn ObjectStore>,
    make: fn(Object) -> T,
) {
    while let Some(file) = file.upgrade() {
        let covers = file.asked.load(SeqCst);
        if file.found.borrow().covers == covers {
            let _ = timeout(IN_USE, file.wake.notified()).await;
            continue;
        }
        let read = store.get(KEY).await.map(|found| found.map(make));
        file.found.send_replace(Found { covers, file: read });
    }
}
