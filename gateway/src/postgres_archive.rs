//! Downloads prebuilt Postgres binaries, for machines without Postgres, and checks their published checksum.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use aws_lc_rs::digest::{SHA256, digest};
use reqwest::{Client, Response};

/// Archives for each platform, each with its checksum in a file `….sha256`.
const RELEASES: &str = "https://github.com/theseus-rs/postgresql-binaries/releases/download";
const VERSION: &str = "16.4.0";
const DOWNLOAD_TIMEOUT: Duration = Duration::from_mins(5);

/// Downloads Postgres into the folder, unless it is there, and returns the folder of its executables. Blocks: must not
/// be called within an async runtime.
///
/// # Errors
///
/// When the archive cannot be downloaded or unpacked, or does not have the published checksum.
pub fn fetch(folder: &Path) -> Result<PathBuf, String> {
    fetch_from(RELEASES, folder)
}

fn fetch_from(releases: &str, folder: &Path) -> Result<PathBuf, String> {
    let name = format!("postgresql-{VERSION}-{}", target()?);
    let bin = folder.join(&name).join("bin");
    if bin.join("postgres").is_file() {
        return Ok(bin);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let archive = runtime.block_on(download(&format!("{releases}/{VERSION}/{name}.tar.gz")))?;
    unpack(&archive, folder, &name).map_err(|error| format!("unpacking it: {error}"))?;
    Ok(bin)
}

fn target() -> Result<String, String> {
    let system = match std::env::consts::OS {
        "linux" => "unknown-linux-gnu",
        "macos" => "apple-darwin",
        other => return Err(format!("there is none for {other}")),
    };
    Ok(format!("{}-{system}", std::env::consts::ARCH))
}

async fn download(address: &str) -> Result<Vec<u8>, String> {
    let to_message = |error: reqwest::Error| error.to_string();
    let client = Client::builder()
        .timeout(DOWNLOAD_TIMEOUT)
        .build()
        .map_err(to_message)?;
    let get = async |address: &str| {
        let response = client.get(address).send().await;
        response
            .and_then(Response::error_for_status)
            .map_err(to_message)
    };
    let published = get(&format!("{address}.sha256")).await?;
    let published = published.text().await.map_err(to_message)?;
    let archive = get(address).await?.bytes().await.map_err(to_message)?;
    let found = sha256(&archive);
    // The file is one line: the checksum, optionally followed by the file name.
    if published.split_whitespace().next() != Some(found.as_str()) {
        return Err(format!(
            "{address} has the SHA-256 {found}, which is not the published one"
        ));
    }
    Ok(archive.into())
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(digest(&SHA256, bytes).as_ref())
}

/// Unpacks into a temporary folder and renames it, so that an interrupted run leaves nothing that looks complete.
fn unpack(archive: &[u8], folder: &Path, name: &str) -> std::io::Result<()> {
    let file = folder.join(format!("{name}.tar.gz"));
    let unfinished = folder.join(format!("{name}.unfinished"));
    let _ = fs::remove_dir_all(&unfinished);
    fs::create_dir(&unfinished)?;
    fs::write(&file, archive)?;
    let output = Command::new("tar")
        .arg("-xzf")
        .arg(&file)
        .arg("-C")
        .arg(&unfinished)
        // The archive holds one top-level folder. As root, tar would restore the owners recorded in the archive.
        .args(["--strip-components=1", "--no-same-owner"])
        .stdin(Stdio::null())
        .output()?;
    fs::remove_file(&file)?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(std::io::Error::other(errors.trim().to_owned()));
    }
    fs::rename(unfinished, folder.join(name))
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read as _, Write as _},
        net::TcpListener,
    };

    use super::*;

    /// Serves an archive and its checksum, to as many requests as are made.
    fn publish(archive: Vec<u8>, checksum: String) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = [0; 4096];
                let length = stream.read(&mut request).unwrap();
                let request = String::from_utf8_lossy(&request[..length]);
                let checksum = checksum.as_bytes();
                let is_sum = request.lines().next().unwrap().contains(".sha256 ");
                let body = if is_sum { checksum } else { archive.as_slice() };
                let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length:";
                write!(stream, "{head} {}\r\n\r\n", body.len()).unwrap();
                stream.write_all(body).unwrap();
            }
        });
        address
    }

    #[test]
    fn an_archive_is_unpacked_only_when_it_is_the_published_one() {
        let folder = std::env::temp_dir().join(format!("coach-archive-{}", std::process::id()));
        let bin = folder.join("source/postgresql-x/bin");
        fs::create_dir_all(&bin).unwrap();
        fs::write(bin.join("postgres"), "a program").unwrap();
        let tar = Command::new("tar")
            .args(["-czf", "-", "-C"])
            .arg(folder.join("source"))
            .arg("postgresql-x")
            .output();
        let archive = tar.unwrap().stdout;
        let sum = sha256(&archive);

        let wrong = publish(archive.clone(), format!("{}  x.tar.gz\n", "0".repeat(64)));
        let error = fetch_from(&wrong, &folder).unwrap_err();
        assert!(error.contains("not the published one"), "{error}");
        assert!(
            !folder
                .read_dir()
                .unwrap()
                .any(|it| it.unwrap().path().ends_with("bin"))
        );

        let right = publish(archive, format!("{sum}  x.tar.gz\n"));
        let bin = fetch_from(&right, &folder).unwrap();
        assert_eq!(
            fs::read_to_string(bin.join("postgres")).unwrap(),
            "a program"
        );
        // And not fetched again.
        assert_eq!(fetch_from("http://127.0.0.1:1", &folder).unwrap(), bin);
        fs::remove_dir_all(folder).unwrap();
    }
}
