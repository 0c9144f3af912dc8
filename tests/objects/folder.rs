//! The object store in a local folder.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use coach_domain::object::{Attributes, Condition, Error, ObjectStore as _};
use coach_tests::{TestFolder, folder};
use coach_workers::object::Folder;

use crate::{contract, status_file};

/// A store's folder, which its first write creates.
fn objects(folder: &TestFolder) -> PathBuf {
    folder.join("objects")
}

#[tokio::test]
async fn it_keeps_the_contract() {
    let folder = folder();
    contract::assert_fulfilled(&Folder::new(objects(&folder))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_tasks_lose_no_write() {
    let folder = folder();
    let store = Arc::new(Folder::new(objects(&folder)));
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { contract::increment(&*store, "live/count", 4).await })
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

/// Run by `fifty_processes_lose_no_write` in each of its processes.
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
    runtime.block_on(contract::increment(&Folder::new(folder), "live/count", 4));
}

#[test]
fn fifty_processes_lose_no_write() {
    let folder = folder();
    let start = |_| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([
            "--exact",
            "folder::one_of_many_processes",
            "--ignored",
            "--test-threads=1",
        ]);
        command
            .env("OBJECTS_FOLDER", objects(&folder))
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    for mut process in (0..50).map(start).collect::<Vec<_>>() {
        assert!(process.wait().unwrap().success());
    }
    assert_eq!(
        fs::read(objects(&folder).join("live/count")).unwrap(),
        b"200"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_never_see_half_an_object() {
    let folder = folder();
    let store = Arc::new(Folder::new(objects(&folder)));
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
    let folder = folder();
    let store = Folder::new(objects(&folder));
    let put = async |bytes: &[u8]| {
        store
            .put("a", bytes, &Attributes::default(), &Condition::Always)
            .await
    };
    put(b"1").await.unwrap();
    let internal = objects(&folder).join(".internal");
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
    let folder = folder();
    let store = Folder::new(objects(&folder));
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
    assert!(Path::exists(&objects(&folder).join("a/b")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_file_only_goes_forward() {
    let folder = folder();
    status_file::only_goes_forward(Arc::new(Folder::new(objects(&folder)))).await;
}
