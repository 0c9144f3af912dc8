//! The folder that mail goes to in development.

use std::{fs, sync::Arc};

use chrono::TimeDelta;
use coach_domain::mail::{Error, Mailer as _, Message};
use coach_workers::mail::send::Mailbox;
use tempfile::tempdir;
use uuid::Uuid;

use crate::sample::{FixedClock, ID, clock, now};

fn message(id: Uuid, text: &str) -> Message {
    Message {
        id,
        from: "a@example.com".into(),
        to: "../../etc@example.com".into(),
        mime: text.into(),
    }
}

#[tokio::test]
async fn each_message_is_a_file_that_sorts_by_time() {
    let folder = tempdir().unwrap();
    let mailbox = |seconds| {
        let clock = Arc::new(FixedClock(now() + TimeDelta::seconds(seconds)));
        Mailbox::new(folder.path().join("mail"), clock)
    };
    assert_eq!(mailbox(0).list(9).unwrap(), []);
    let other = Uuid::from_u128(7);
    mailbox(1).send(&message(other, "later")).await.unwrap();
    let id = mailbox(0)
        .send(&message(ID, "first"))
        .await
        .unwrap()
        .unwrap();
    // The same message again is another file, so that duplicates are visible.
    mailbox(0).send(&message(ID, "first")).await.unwrap();
    let stored = mailbox(0).list(9).unwrap();
    let envelopes: Vec<_> = stored.iter().map(|mail| mail.envelope).collect();
    assert_eq!(envelopes, [other, ID, ID], "newest first");
    assert_eq!(stored[2].name, id);
    assert_eq!(id, format!("20261123T090000000Z-{ID}-1.eml"));
    assert_eq!(stored[2].sent_at, now());
    assert_eq!(mailbox(0).list(1).unwrap().len(), 1);
    assert_eq!(mailbox(0).read(&id).unwrap().unwrap(), b"first");
    let files: Vec<_> = fs::read_dir(folder.path().join("mail"))
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert_eq!(files.len(), 3, "no drafts are left: {files:?}");
}

#[tokio::test]
async fn fifty_at_once_are_fifty() {
    let folder = tempdir().unwrap();
    let mailbox = Mailbox::new(folder.path().join("mail"), clock());
    let send = |_| {
        let mailbox = mailbox.clone();
        tokio::spawn(async move { mailbox.send(&message(ID, "the same")).await })
    };
    for task in (0..50).map(send).collect::<Vec<_>>() {
        task.await.unwrap().unwrap();
    }
    assert_eq!(mailbox.list(99).unwrap().len(), 50);
}

#[tokio::test]
async fn names_cannot_leave_the_folder() {
    let folder = tempdir().unwrap();
    let mailbox = Mailbox::new(folder.path().join("mail"), clock());
    let name = mailbox.send(&message(ID, "ours")).await.unwrap().unwrap();
    fs::write(folder.path().join(&name), "not ours").unwrap();
    fs::write(folder.path().join("mail/secret.eml"), "not ours").unwrap();
    for path in [
        format!("../{name}"),
        format!("./{name}"),
        format!("x/../{name}"),
        format!("{name}/"),
        "secret.eml".into(),
        "../mail/secret.eml".into(),
        "/etc/passwd".into(),
        String::new(),
        name.to_uppercase(),
        name.replace("-1.eml", "-01.eml"),
        name.replace('-', "\0"),
        format!("20261123T090000000Z-{}-1.eml", ID.simple()),
    ] {
        assert_eq!(mailbox.read(&path).unwrap(), None, "{path}");
    }
    assert_eq!(mailbox.list(9).unwrap().len(), 1);
    assert_eq!(mailbox.read(&name).unwrap().unwrap(), b"ours");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_unavailable() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("file"), "a file").unwrap();
    let sent = Mailbox::new(folder.path().join("file/mail"), clock())
        .send(&message(ID, "x"))
        .await;
    assert!(matches!(sent, Err(Error::Unavailable { .. })), "{sent:?}");
}
