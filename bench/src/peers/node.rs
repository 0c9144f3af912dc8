//! The peers in Node.js: `bench/peers/`.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail, ensure};
use coach_content::seed::LOCAL_ISSUER;
use coach_gateway::auth::LOCAL_AUDIENCE;
use serde_json::json;

use crate::{
    environment::Environment,
    log_progress,
    service::{self, Service},
};

const MINIMUM_VERSION: u32 = 20;
const MISSING: &str = "Node.js 20 or later with npm is needed: https://nodejs.org, or\n\n    \
                       sudo apt-get install -y nodejs npm    # Debian 13, Ubuntu 25.04\n    \
                       brew install node                     # macOS\n";

/// A server in Node.js.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NodePeer {
    /// The name of its file, without the extension.
    script: &'static str,
    catalogue: &'static str,
}

impl NodePeer {
    /// With the catalogue in memory.
    pub(super) const fn in_memory(script: &'static str) -> Self {
        let catalogue = "memory";
        Self { script, catalogue }
    }

    /// With all from Postgres.
    pub(super) const fn in_postgres(script: &'static str) -> Self {
        let catalogue = "postgres";
        Self { script, catalogue }
    }
}

/// Node.js, and the folder with the installed peers.
pub(crate) struct Node {
    program: PathBuf,
    /// `Node.js 24.1.0`.
    pub(crate) version: String,
}

impl Node {
    /// Finds Node.js.
    ///
    /// # Errors
    ///
    /// When there is none, or only an old one; the message says how to get one.
    pub(crate) fn find() -> anyhow::Result<Self> {
        let script = "console.log(`${process.execPath}\\n${process.versions.node}`)";
        let output = match Command::new("node").args(["-e", script]).output() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => bail!(MISSING),
            output => output.context("node")?,
        };
        let text = String::from_utf8(output.stdout)?;
        let (program, version) = text.trim().split_once('\n').context(MISSING)?;
        let major = version.split('.').next().and_then(|it| it.parse().ok());
        ensure!(
            major.is_some_and(|major: u32| major >= MINIMUM_VERSION),
            "this is Node.js {version}. {MISSING}"
        );
        Ok(Self {
            program: program.into(),
            version: format!("Node.js {version}"),
        })
    }

    /// Starts a peer.
    pub(super) async fn start(
        &self,
        name: &'static str,
        peer: NodePeer,
        environment: &Environment,
    ) -> anyhow::Result<Service> {
        let address = service::free_address()?;
        let settings = json!({
            "host": address.ip(),
            "port": address.port(),
            "databaseUrl": environment.database_url,
            "catalogue": peer.catalogue,
            "schema": Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/graphql"),
            "keys": environment.issuer.key_set(),
            "issuer": LOCAL_ISSUER,
            "audience": LOCAL_AUDIENCE,
        });
        let mut command = Command::new(&self.program);
        command
            .arg(format!("{}.mjs", peer.script))
            .current_dir(folder(environment))
            .env_clear()
            .env("NODE_ENV", "production")
            .env("GRAPHILE_ENV", "production")
            .env("COACH_PEER", settings.to_string());
        Service::start(name, address, command, &environment.home).await
    }
}

/// Copies the peers to the folder `peers` of the environment, and installs their packages there, unless that was done
/// with the same lock file.
pub(crate) fn install(environment: &Environment) -> anyhow::Result<()> {
    let (from, to) = (sources(), folder(environment));
    let installed = to.join("node_modules").join("installed");
    let lock = fs::read(from.join("package-lock.json"))?;
    let is_installed = fs::read(&installed).is_ok_and(|it| it == lock);
    if !is_installed {
        let _ = fs::remove_dir_all(&to);
    }
    copy(&from, &to).with_context(|| to.display().to_string())?;
    if is_installed {
        return Ok(());
    }
    log_progress("installing the peers in Node.js with npm, which takes half a minute");
    // Scripts of packages are not run: none of the peers needs them.
    let output = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .arg("--loglevel=error")
        .current_dir(&to)
        .stdin(Stdio::null())
        .output()
        .context(MISSING)?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "npm ci failed: {errors}");
    Ok(fs::write(installed, lock)?)
}

/// The folder with the peers in the checkout.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}

fn folder(environment: &Environment) -> PathBuf {
    environment.home.join("peers")
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        // That of a developer, for the editor.
        if entry.file_name() == "node_modules" {
            continue;
        }
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&from, &to)?;
        } else {
            fs::copy(&from, &to)?;
        }
    }
    Ok(())
}
