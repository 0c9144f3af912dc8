//! A stand-in for AWS that speaks its protocols: `ministack`, from the Python package index.

use std::{
    fs::File,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
};

use crate::{free_port, wait_for};

/// Runs it until its input ends, which is when we do, however that comes about.
const WATCHED: &str = r#""$0" -m ministack & cat >/dev/null; kill $!; wait"#;

/// A running one, without data, that ends with this process at the latest.
#[derive(Debug)]
pub struct Ministack {
    endpoint: String,
    _watched: Child,
    _input: Option<ChildStdin>,
}

#[expect(
    clippy::missing_panics_doc,
    reason = "in tests whatever goes wrong is a panic"
)]
impl Ministack {
    /// Starts it for the tests of a target, whose folder for temporary files lies beside the virtual environment; with
    /// these of its services.
    pub fn beside(target: &str, services: &str) -> Self {
        let folder = Path::new(target).parent().expect("the target folder");
        Self::start(folder, services)
            .expect("no target/ministack: run tests/run, which makes it, or set COACH_TEST_WITHOUT=ministack")
    }

    /// Starts it on a free port from the virtual environment in `folder/ministack`, with these of its services; `None`
    /// where that is not there. `tests/run` makes it. `folder` also gets its log.
    pub fn start(folder: &Path, services: &str) -> Option<Self> {
        let python = folder.join("ministack/bin/python");
        if !python.exists() {
            return None;
        }
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let log = File::create(folder.join("ministack.log")).expect("a log");
        let mut watched = Command::new("sh")
            .args(["-c", WATCHED])
            .arg(&python)
            // Nothing of this process's environment counts.
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
        let input = watched.stdin.take();
        wait_for(
            || TcpStream::connect(address).ok(),
            || "ministack listens; see target/ministack.log".to_owned(),
        );
        Some(Self {
            endpoint: format!("http://{address}"),
            _watched: watched,
            _input: input,
        })
    }

    /// Where it listens, as `AWS_ENDPOINT_URL`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}
