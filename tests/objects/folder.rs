//! The local folder.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use coach_domain::object::{Attributes, Condition, Error, ObjectStore as _};
use coach_workers::object::Folder;

use crate::{contract, status_file};

/// An empty folder that goes away with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("coach-objects-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        Self(folder)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn it_keeps_the_contract() {
    let scratch = Scratch::new("contract");
    contract::keep(&Folder::new(&scratch.0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_tasks_lose_no_write() {
    let scratch = Scratch::new("tasks");
    let store = Arc::new(Folder::new(&scratch.0));
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { contract::count(&*store, "live/count", 4).await })
        })
        .collect();
    let mut conflicts = 0;
    for task in tasks {
        conflicts += task.await.unwrap();
    }
    assert_eq!(
        store
            .get("live/count")
            .await
            .unwrap()
            .unwrap()
            .bytes
            .as_ref(),
        b"200"
    );
    assert!(conflicts > 0, "they got in each other's way");
}

/// What the test below runs in each of its processes.
#[test]
#[ignore = "a part of `fifty_processes_lose_no_write`"]
fn one_of_many_processes() {
    #[expect(
        clippy::disallowed_methods,
        reason = "how the test tells its processes"
    )]
    let folder = std::env::var("OBJECTS_FOLDER").expect("that test starts it");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(contract::count(&Folder::new(folder), "live/count", 4));
}

#[test]
fn fifty_processes_lose_no_write() {
    let scratch = Scratch::new("processes");
    let start = |_| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([
            "--exact",
            "folder::one_of_many_processes",
            "--ignored",
            "--test-threads=1",
        ]);
        command
            .env("OBJECTS_FOLDER", &scratch.0)
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    for mut process in (0..50).map(start).collect::<Vec<_>>() {
        assert!(process.wait().unwrap().success());
    }
    assert_eq!(fs::read(scratch.0.join("live/count")).unwrap(), b"200");
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_never_see_half_an_object() {
    let scratch = Scratch::new("halves");
    let store = Arc::new(Folder::new(&scratch.0));
    let versions: Vec<Vec<u8>> = (0..2).map(|number| vec![number; 300_000]).collect();
    let writer = {
        let (store, versions) = (Arc::clone(&store), versions.clone());
        tokio::spawn(async move {
            for number in 0..100 {
                store
                    .put(
                        "a",
                        &versions[number % 2],
                        &Attributes::default(),
                        &Condition::Always,
                    )
                    .await
                    .unwrap();
            }
        })
    };
    while !writer.is_finished() {
        if let Some(object) = store.get("a").await.unwrap() {
            assert!(
                versions
                    .iter()
                    .any(|version| version[..] == object.bytes[..])
            );
        }
    }
    writer.await.unwrap();
}

#[tokio::test]
async fn what_a_killed_writer_left_is_in_nobodys_way() {
    let scratch = Scratch::new("left");
    let store = Folder::new(&scratch.0);
    let put = async |bytes: &[u8]| {
        store
            .put("a", bytes, &Attributes::default(), &Condition::Always)
            .await
    };
    put(b"1").await.unwrap();
    let internal = scratch.0.join(".internal");
    let lock = fs::read_dir(&internal)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    fs::write(
        lock.with_extension("draft"),
        "half of something that was longer than what comes",
    )
    .unwrap();
    put(b"2").await.unwrap();
    assert_eq!(store.get("a").await.unwrap().unwrap().bytes.as_ref(), b"2");
    assert!(!lock.with_extension("draft").exists());
}

#[tokio::test]
async fn an_object_is_no_folder() {
    let scratch = Scratch::new("nested");
    let store = Folder::new(&scratch.0);
    let put = async |key| {
        store
            .put(key, b"x", &Attributes::default(), &Condition::Always)
            .await
    };
    put("a/b").await.unwrap();
    assert!(matches!(put("a").await, Err(Error::Refused(_))));
    assert!(matches!(put("a/b/c").await, Err(Error::Refused(_))));
    assert_eq!(
        (store.get("a").await, store.get("a/b/c").await),
        (Ok(None), Ok(None))
    );
    assert_eq!(
        (store.delete("a").await, store.delete("a/b/c").await),
        (Ok(()), Ok(()))
    );
    assert!(Path::exists(&scratch.0.join("a/b")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_file_only_goes_forward() {
    let scratch = Scratch::new("status");
    status_file::only_goes_forward(Arc::new(Folder::new(&scratch.0))).await;
}
