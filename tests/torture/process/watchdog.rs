//! Kills the child processes when this process ends without having done so.

use std::{io, os::unix::process::CommandExt as _, process::Stdio};

use tokio::{
    io::AsyncWriteExt as _,
    process::{Child, ChildStdin, Command},
    sync::Mutex,
};

/// Reads a line for each process that starts or ends. Its input is closed when the campaign ends, for whatever reason;
/// then it kills the processes that are left. It uses only built-in commands of the shell.
const SCRIPT: &str = r#"
live=' '
while read -r what pid; do
	case $what in
	begun) live="$live$pid " ;;
	ended) live="${live%% $pid *} ${live#* $pid }" ;;
	esac
done
for pid in $live; do kill -KILL "$pid"; done
"#;

/// A shell that briefly outlives the campaign.
#[derive(Debug)]
pub(crate) struct Watchdog {
    input: Mutex<ChildStdin>,
    _shell: Child,
}

impl Watchdog {
    pub(crate) fn start() -> io::Result<Self> {
        let mut command = std::process::Command::new("/bin/sh");
        command
            .args(["-c", SCRIPT, "coach-torture-watchdog"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Not interrupted by Ctrl-C in the terminal.
            .process_group(0);
        let mut shell = Command::from(command).spawn()?;
        let input = shell.stdin.take();
        let input = input.ok_or_else(|| io::Error::other("the shell has no input"))?;
        Ok(Self {
            input: Mutex::new(input),
            _shell: shell,
        })
    }

    /// A process was started.
    pub(crate) async fn process_started(&self, pid: u32) -> io::Result<()> {
        self.write_line(&format!("begun {pid}\n")).await
    }

    /// A process has ended, and was waited for.
    pub(crate) async fn process_ended(&self, pid: u32) -> io::Result<()> {
        self.write_line(&format!("ended {pid}\n")).await
    }

    async fn write_line(&self, line: &str) -> io::Result<()> {
        let mut input = self.input.lock().await;
        input.write_all(line.as_bytes()).await?;
        input.flush().await
    }
}
