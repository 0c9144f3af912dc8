//! Collects the evidence from the database and from the mailboxes.

use std::{fs, path::Path, sync::Arc};

use anyhow::Context as _;
use coach_domain::clock::SystemClock;
use coach_workers::mail::send::Mailbox;
use mail_parser::MessageParser;

use super::{Acknowledged, AfterRun, Evidence, Letter, Mail, Remaining};
use crate::{
    broker::Broker,
    operation::KINDS,
    progress::{Progress, Targets},
    stage::{Database, value},
};

const LETTERS: &str = "
    SELECT owed.id, kind, COALESCE(payload ->> 'address', email, ''),
           EXISTS (SELECT FROM inbox WHERE inbox.envelope_id = owed.id AND consumer = 'email'),
           delivery.state, provider_id
    FROM torture.owed
    LEFT JOIN member ON member.id = owed.member_id
    LEFT JOIN email_delivery AS delivery ON delivery.envelope_id = owed.id
    WHERE queue IN ('email-urgent', 'email', 'email-attachments')";

/// Collects all evidence of a run.
pub(crate) async fn collect(
    database: &Database,
    broker: &Broker,
    mail: &Path,
    targets: Targets,
    progress: &Progress,
    acknowledged: Vec<Acknowledged>,
) -> anyhow::Result<Evidence> {
    let mut found = texts(
        database,
        "SELECT 'idempotency_key ' || key FROM idempotency_key",
    )
    .await?;
    for kind in KINDS {
        found.extend(texts(database, kind.marks_sql).await?);
    }
    let kills = progress.kills().clone();
    let letters = database.rows(LETTERS).await?;
    let letters = letters.iter().map(|row| {
        Ok(Letter {
            envelope: value(row, 0)?,
            kind: value(row, 1)?,
            to: value(row, 2)?,
            is_done: value(row, 3)?,
            state: value(row, 4)?,
            marked: value(row, 5)?,
        })
    });
    Ok(Evidence {
        targets,
        acknowledged,
        found,
        letters: letters.collect::<anyhow::Result<_>>()?,
        mails: mails(mail)?,
        kills,
        remaining: remaining(database, broker).await?,
        after: AfterRun::default(),
    })
}

/// The work that is not done yet.
pub(crate) async fn remaining(database: &Database, broker: &Broker) -> anyhow::Result<Remaining> {
    let sql = "SELECT count(*) FROM outbox WHERE sent_at IS NULL";
    let rows = database.rows(sql).await?;
    let unsent: i64 = value(rows.first().context("no row")?, 0)?;
    Ok(Remaining {
        unsent: unsent.unsigned_abs(),
        ..broker.remaining().await?
    })
}

async fn texts(database: &Database, sql: &str) -> anyhow::Result<Vec<String>> {
    let rows = database.rows(sql).await?;
    rows.iter().map(|row| value(row, 0)).collect()
}

/// The mails of all processes, each of which has a mailbox folder of its own.
fn mails(folder: &Path) -> anyhow::Result<Vec<Mail>> {
    let mut mails = Vec::new();
    let folders = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(mails),
        folders => folders?,
    };
    for folder in folders {
        let folder = folder?;
        let process = folder.file_name().to_string_lossy().into_owned();
        let mailbox = Mailbox::new(folder.path(), Arc::new(SystemClock));
        for stored in mailbox.list(usize::MAX)? {
            let mime = mailbox.read(&stored.name)?.context("a mail is gone")?;
            let message = MessageParser::default().parse(&mime);
            let to = message.as_ref().and_then(|message| message.to());
            let to = to.and_then(|to| to.first()?.address());
            mails.push(Mail {
                envelope: stored.envelope,
                to: to.unwrap_or_default().to_owned(),
                name: stored.name,
                process: process.clone(),
                at: stored.sent_at,
            });
        }
    }
    Ok(mails)
}
