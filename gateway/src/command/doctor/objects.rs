//! The object store.

use std::{
    fs,
    path::{Path, PathBuf},
};

use coach_domain::{
    clock::{Clock as _, SystemClock},
    id,
    live::STATUS_FILE_KEY,
    object::{Attributes, Condition, Error},
};
use coach_gateway::{settings::Objects, worker_process};
use coach_workers::object::Folder;

use super::{
    check::{Check, Findings},
    context::Context,
};

const READ: &str = "objects: read";
const WRITE: &str = "objects: write";

const UNREACHABLE: &str = "check AWS_REGION, the credentials, AWS_ENDPOINT_URL and the way to S3";

/// Whether objects can be read and written.
pub(super) async fn checks(context: &Context<'_>) -> Vec<Check> {
    let read = context
        .check(READ, &["objects", "home"], UNREACHABLE, read(context))
        .await;
    let write = if !context.has_worker() {
        Check::skipped(WRITE, "--role gateway: workers write")
    } else if !context.options.write {
        Check::skipped(WRITE, "nothing is changed without --write")
    } else if read.outcome() == "problem" {
        Check::skipped(WRITE, "the store cannot be read")
    } else {
        let write = write(context);
        context
            .check(WRITE, &["objects", "home"], UNREACHABLE, write)
            .await
    };
    vec![read, write]
}

async fn read(context: &Context<'_>) -> Findings {
    let place = match &context.settings.storage.objects {
        Objects::Folder(folder) => match folder_findings(context, folder) {
            Ok(place) => place,
            Err(findings) => return findings,
        },
        Objects::S3(url) => {
            let bucket = match worker_process::s3(url).await {
                Ok(bucket) => bucket,
                Err(error) => return Findings::problem(format!("{error:#}"), UNREACHABLE),
            };
            if let Err(error) = bucket.inspect().await {
                return failed(context, url.as_str(), &error);
            }
            url.to_string()
        }
        _ => return Findings::skipped("this kind of store is not known"),
    };
    let store = match worker_process::objects(context.settings).await {
        Ok(store) => store,
        Err(error) => return Findings::problem(format!("{error:#}"), UNREACHABLE),
    };
    match store.get(STATUS_FILE_KEY).await {
        Ok(Some(_)) => Findings::ok(format!("{place}, with a status file")),
        Ok(None) => Findings::ok(format!(
            "{place}, without a status file: a worker writes it"
        )),
        Err(error) => failed(context, &place, &error),
    }
}

/// A folder is for one machine.
fn folder_findings(context: &Context<'_>, folder: &Path) -> Result<String, Findings> {
    let place = folder.display().to_string();
    match Folder::new(folder).inspect() {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Findings::warning(
                format!(
                    "the folder {place} is not there yet: a worker makes it, in its own COACH_HOME"
                ),
                format!(
                    "if gateways and workers run on one machine, mkdir -p {place}; otherwise COACH_OBJECTS=s3://bucket/prefix"
                ),
            ));
        }
        Err(error) => {
            return Err(Findings::problem(
                format!("the folder {place} cannot be read: {error}"),
                format!("give the user of this process the folder: chown -R coach {place}"),
            ));
        }
    }
    if context.options.gateways + context.options.workers > 1 && !context.is_dev {
        return Ok(format!("{place}, which all processes have to share"));
    }
    Ok(place)
}

async fn write(context: &Context<'_>) -> Findings {
    let store = match worker_process::objects(context.settings).await {
        Ok(store) => store,
        Err(error) => return Findings::problem(format!("{error:#}"), UNREACHABLE),
    };
    let made = folder_to_be_made(context);
    let key = format!("payloads/doctor-{}", id::new_v7(SystemClock.now()));
    let written = store
        .put(&key, b"ok", &Attributes::default(), &Condition::Absent)
        .await;
    let deleted = match written {
        Ok(_) => store.delete(&key).await,
        Err(error) => Err(error),
    };
    if let Some(folder) = made {
        // It would be this user's, and a worker could not write there. It stays if somebody else uses it by now.
        let _ = fs::remove_dir(folder);
    }
    match deleted {
        Ok(()) => Findings::ok(format!("{key} was written and deleted")),
        Err(error) => failed(context, &key, &error),
    }
}

/// The folder of payloads, if there is none yet.
fn folder_to_be_made(context: &Context<'_>) -> Option<PathBuf> {
    let Objects::Folder(folder) = &context.settings.storage.objects else {
        return None;
    };
    let payloads = folder.join("payloads");
    (!payloads.exists()).then_some(payloads)
}

fn failed(context: &Context<'_>, place: &str, error: &Error) -> Findings {
    let what = format!("{place}: {error}");
    let bucket = match &context.settings.storage.objects {
        Objects::S3(url) => url.host_str().unwrap_or_default(),
        _ => {
            return Findings::problem(
                what,
                format!("give the user of this process the folder of {place}"),
            );
        }
    };
    let mend = match error {
        Error::Refused(why) if why.contains("no such bucket") => {
            format!(
                "aws s3api create-bucket --bucket {bucket}, or correct COACH_OBJECTS or AWS_REGION"
            )
        }
        Error::Refused(_) => format!(
            "allow the process's role s3:ListBucket on arn:aws:s3:::{bucket}, and s3:GetObject, s3:PutObject and (workers) \
             s3:DeleteObject on arn:aws:s3:::{bucket}/* (docs/DEPLOY.md, \"Rights on AWS\")"
        ),
        _ => UNREACHABLE.to_owned(),
    };
    Findings::problem(what, mend)
}
