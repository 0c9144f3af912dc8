//! `coach serve`, tested over plain sockets.

mod inherited;
mod issuer;
mod limits;
mod log_filter;
mod pool;
mod sampling;
mod secrets;
mod start;
mod starts;
mod stop;

use std::{
    fs,
    io::{self, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
};

use coach_tests::{WAIT_TIMEOUT, wait_for};
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use tempfile::NamedTempFile;

use crate::coach::{Dev, command, folder, port};

/// A seeded database, and the token of a member.
struct Fixture {
    dev: Dev,
    url: String,
    token: String,
}

impl Fixture {
    fn new() -> Self {
        let dev = Dev::start(&folder(), port());
        let url =
            coach_dev::running_url(&dev.folder.join("home"), "coach").expect("coach dev runs");
        let token = dev.token();
        Self { dev, url, token }
    }

    /// Starts `coach serve` with the database. It accepts the tokens of `coach dev`.
    fn serve(&self, settings: &[(&str, &str)]) -> ServeProcess {
        let settings = [settings, &[("COACH_AUTH_LOCAL", "yes")]].concat();
        self.serve_with(&settings, "exec \"$0\" serve")
    }

    /// Starts it by a shell script in which the program is `$0`.
    fn serve_with(&self, settings: &[(&str, &str)], script: &str) -> ServeProcess {
        let port = port();
        let mut command = shell_command(&self.dev.folder, port);
        command
            .args(["-c", script])
            .arg(crate::coach::binary())
            .env("COACH_DATABASE_URL", &self.url)
            .envs(settings.iter().copied());
        ServeProcess::start(command, port)
    }
}

/// A shell in a folder, with the variables of [`command`] that are for `coach`.
fn shell_command(folder: &Path, port: u16) -> Command {
    let coach = command(folder, port);
    let mut shell = Command::new("sh");
    shell.current_dir(folder).stdin(Stdio::null());
    for (name, value) in coach.get_envs() {
        let is_ours = name.to_string_lossy().starts_with("COACH_");
        if let Some(value) = value.filter(|_| is_ours) {
            shell.env(name, value);
        }
    }
    shell
}

/// A running `coach serve`, which is killed when it is dropped.
struct ServeProcess {
    child: Child,
    port: u16,
    log: NamedTempFile,
}

impl ServeProcess {
    fn start(mut command: Command, port: u16) -> Self {
        let log = NamedTempFile::new().expect("a log");
        let child = command
            .stdout(Stdio::null())
            .stderr(log.reopen().expect("a log"))
            .spawn()
            .expect("it starts");
        let log_path = log.path().to_owned();
        let mut process = Self { child, port, log };
        let ended = wait_for(
            || {
                let ended = process.child.try_wait().expect("a status");
                (ended.is_some() || process.is_ready()).then_some(ended)
            },
            || format!("coach serve is ready\n{}", read(&log_path)),
        );
        assert!(ended.is_none(), "{ended:?}\n{}", process.log());
        process
    }

    fn is_ready(&self) -> bool {
        let ready = self.get("/health/ready");
        ready.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
    }

    fn log(&self) -> String {
        read(self.log.path())
    }

    /// A connection whose reads have a timeout.
    fn connect(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(WAIT_TIMEOUT))?;
        Ok(stream)
    }

    /// Sends bytes on a new connection, and returns everything received until it is closed.
    fn send(&self, bytes: &[u8]) -> io::Result<String> {
        let mut stream = self.connect()?;
        stream.write_all(bytes)?;
        read_to_end(&mut stream)
    }

    fn get(&self, path: &str) -> io::Result<String> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        self.send(request.as_bytes())
    }

    fn pid(&self) -> Pid {
        let pid = i32::try_from(self.child.id()).expect("a pid");
        Pid::from_raw(pid).expect("a pid")
    }

    /// Limits the number of its file descriptors.
    fn limit_descriptors(&self, limit: u64) {
        let limit = Rlimit {
            current: Some(limit),
            maximum: Some(limit),
        };
        prlimit(Some(self.pid()), Resource::Nofile, limit).expect("it is ours");
    }

    fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("it is there");
    }

    fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Waits until it exits, which must be successful.
    fn wait_for_exit(&mut self) {
        assert!(self.child.wait().expect("a status").success());
    }
}

fn read(log: &Path) -> String {
    fs::read_to_string(log).expect("a log")
}

impl Drop for ServeProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_to_end(stream: &mut TcpStream) -> io::Result<String> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A GraphQL request that keeps its connection open.
fn graphql_request(token: &str, query: &str) -> String {
    let body = serde_json::json!({ "query": query }).to_string();
    format!(
        "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer {token}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Reads one response, head and body, in lower case. Fails if it is incomplete.
fn read_response(stream: &mut TcpStream) -> io::Result<String> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.parse().expect("a number"));
            if body.len() >= length {
                return Ok(text);
            }
        }
        match stream.read(&mut chunk)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => bytes.extend_from_slice(&chunk[..read]),
        }
    }
}
