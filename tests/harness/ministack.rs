//! A stand-in for AWS that speaks its protocols: `ministack`, from the Python Package Index.

use std::{
    fs::File,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
};

use crate::{free_port, wait_for};

/// Runs it until its standard input closes, which happens when this process ends, however it ends.
const WATCHDOG_SCRIPT: &str = r#""$0" -m ministack & cat >/dev/null; kill $!; wait"#;

/// A running instance, empty at the start, which ends with this process at the latest.
#[derive(Debug)]
pub struct Ministack {
    endpoint: String,
    _shell: Child,
    _input: Option<ChildStdin>,
}

#[expect(
    clippy::missing_panics_doc,
    reason = "in tests whatever goes wrong is a panic"
)]
impl Ministack {
    /// Starts these services for a test target. `target` is the target's folder for temporary files, which lies beside
    /// the virtual environment.
    pub fn beside(target: &str, services: &str) -> Self {
        let folder = Path::new(target).parent().expect("the target folder");
        Self::start(folder, services)
            .expect("no target/ministack: run tests/run, which makes it, or set COACH_TEST_WITHOUT=ministack")
    }

    /// Starts these services on a free port, from the virtual environment in `folder/ministack`, which `tests/run`
    /// makes; `None` without one. The log is written to `folder` too.
    pub fn start(folder: &Path, services: &str) -> Option<Self> {
        let python = folder.join("ministack/bin/python");
        if !python.exists() {
            return None;
        }
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let log = File::create(folder.join("ministack.log")).expect("a log");
        let mut shell = Command::new("sh")
            .args(["-c", WATCHDOG_SCRIPT])
            .arg(&python)
            // It must not inherit this process's environment.
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", folder)
            .env("TMPDIR", folder)
            .env("BIND_HOST", address.ip().to_string())
            .env("GATEWAY_PORT", address.port().to_string())
            .env("SERVICES", services)
            .stdin(Stdio::piped())
            .stdout(log.try_clone().expect("the log twice"))
            .stderr(log)
            .spawn()
            .expect("sh");
        let input = shell.stdin.take();
        wait_for(
            || TcpStream::connect(address).ok(),
            || "ministack listens; see target/ministack.log".to_owned(),
        );
        Some(Self {
            endpoint: format!("http://{address}"),
            _shell: shell,
            _input: input,
        })
    }

    /// Its URL, for `AWS_ENDPOINT_URL`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}
