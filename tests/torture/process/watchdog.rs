//! Ending the processes when this one is gone without having done so.

use std::{io, os::unix::process::CommandExt as _, process::Stdio};

use tokio::{
    io::AsyncWriteExt as _,
    process::{Child, ChildStdin, Command},
    sync::Mutex,
};

/// Is told of each process that begins and ends. Its input ends when we do, however that comes about; then it kills
/// those that are left. Only built-in commands of the shell.
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

/// A shell that outlives us for a moment.
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
            // Ctrl-C in the terminal is for us, not for it.
            .process_group(0);
        let mut shell = Command::from(command).spawn()?;
        let input = shell.stdin.take();
        let input = input.ok_or_else(|| io::Error::other("the shell has no input"))?;
        Ok(Self {
            input: Mutex::new(input),
            _shell: shell,
        })
    }

    /// A process is there.
    pub(crate) async fn begun(&self, pid: u32) -> io::Result<()> {
        self.tell(&format!("begun {pid}\n")).await
    }

    /// It is not any more.
    pub(crate) async fn ended(&self, pid: u32) -> io::Result<()> {
        self.tell(&format!("ended {pid}\n")).await
    }

    async fn tell(&self, line: &str) -> io::Result<()> {
        let mut input = self.input.lock().await;
        input.write_all(line.as_bytes()).await?;
        input.flush().await
    }
}
