//! A running `coach dev`.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    thread,
};

use coach_domain::database::{self, Options};
use coach_tests::wait_for;
pub(crate) use coach_tests::{TestFolder, folder, free_port as port};
use rustix::process::{Pid, Signal, kill_process};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::{Value, json};

/// The operation of the app's first screen.
pub(crate) const TODAY: &str = include_str!("../../schema/operations/Today.graphql");

/// The last line that `coach dev` prints when it is ready.
const WELCOME_END: &str = "Ctrl-C stops everything.";

/// One of these tests compares CPU times, so no other may run at the same time.
static MACHINE_LOCK: RwLock<()> = RwLock::new(());

/// Lets this test run in parallel with others.
pub(crate) fn share_machine() -> RwLockReadGuard<'static, ()> {
    MACHINE_LOCK.read().unwrap_or_else(PoisonError::into_inner)
}

/// Lets this test run alone.
pub(crate) fn own_machine() -> RwLockWriteGuard<'static, ()> {
    MACHINE_LOCK.write().unwrap_or_else(PoisonError::into_inner)
}

/// The binary that cargo built beside the tests.
pub(crate) fn binary() -> PathBuf {
    let own = std::env::current_exe().expect("a path");
    let folder = own.ancestors().nth(2).expect("target/debug");
    let binary = folder.join("coach");
    assert!(
        binary.is_file(),
        "build {} first: cargo build --workspace",
        binary.display()
    );
    binary
}

/// A command of an operator of the service that runs in a folder.
pub(crate) fn operator(folder: &Path) -> Command {
    let mut command = command(folder, port());
    // It would be used if it were set.
    command.env_remove("DATABASE_URL");
    command
}

/// A command of the binary in a folder, with environment variables for other programs, which it must ignore.
pub(crate) fn command(folder: &Path, port: u16) -> Command {
    let mut command = Command::new(binary());
    command
        .current_dir(folder)
        .env("COACH_HOME", folder.join("home"))
        .env("COACH_LISTEN", format!("127.0.0.1:{port}"))
        .env(
            "DATABASE_URL",
            "postgres://nobody:nothing@nowhere.invalid:1/none",
        )
        .env("PGHOST", "nowhere.invalid")
        .env("PGPORT", "1")
        .env("PGOPTIONS", "-c search_path=nowhere")
        .env("AWS_ENDPOINT_URL", "http://nowhere.invalid");
    command
}

/// A running `coach dev`, which is stopped when it is dropped.
pub(crate) struct Dev {
    child: Child,
    pub(crate) base: String,
    pub(crate) folder: TestFolder,
    pub(crate) port: u16,
    /// Its log so far.
    pub(crate) log: Arc<Mutex<String>>,
    /// Its output until it was ready.
    pub(crate) welcome: String,
}

impl Dev {
    pub(crate) fn start(folder: &TestFolder, port: u16) -> Self {
        Self::start_as(command(folder, port), folder, port)
    }

    pub(crate) fn start_as(mut command: Command, folder: &TestFolder, port: u16) -> Self {
        let mut child = command
            .args(["dev", "--no-live-session"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("the binary starts");
        let base = format!("http://127.0.0.1:{port}");
        let errors = collect(child.stderr.take().expect("stderr"));
        let output = collect(child.stdout.take().expect("stdout"));
        let client = reqwest::blocking::Client::new();
        wait_for(
            || {
                let ended = child.try_wait().expect("a status");
                let ready = client.get(format!("{base}/health/ready")).send();
                let ready = ready.is_ok_and(|answer| answer.status() == 200);
                (ready || ended.is_some()).then_some(())
            },
            || format!("coach dev is ready\n{}", errors.lock().expect("text")),
        );
        let ended = child.try_wait().expect("a status");
        assert!(
            ended.is_none(),
            "coach dev is not ready: {ended:?}\n{}",
            errors.lock().expect("text")
        );
        // The welcome is printed before the first response, but read by another thread.
        let welcome = wait_for(
            || {
                let welcome = output.lock().expect("text").clone();
                welcome.contains(WELCOME_END).then_some(welcome)
            },
            || format!("a whole welcome: {}", output.lock().expect("text")),
        );
        Self {
            child,
            base,
            folder: folder.clone(),
            port,
            log: errors,
            welcome,
        }
    }

    /// Waits until there is a status file of live sessions, which a worker writes soon after the start.
    pub(crate) fn wait_for_status_file(&self) {
        let status = || reqwest::blocking::get(format!("{}/live/status.json", self.base));
        wait_for(
            || {
                status()
                    .is_ok_and(|file| file.status() == 200)
                    .then_some(())
            },
            || "a status file".to_owned(),
        );
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.pid()).expect("a pid")).expect("a pid");
        kill_process(pid, signal).expect("the process is there");
    }

    /// Waits until it exits.
    pub(crate) fn wait_for_exit(&mut self) -> ExitStatus {
        let child = &mut self.child;
        wait_for(
            || child.try_wait().expect("a status"),
            || "coach dev ends".to_owned(),
        )
    }

    /// The standard output of `coach token`.
    pub(crate) fn token(&self) -> String {
        self.print_token(&["token"])
    }

    /// The standard output of `coach token EMAIL`.
    pub(crate) fn token_of(&self, email: &str) -> String {
        self.print_token(&["token", email])
    }

    fn print_token(&self, arguments: &[&str]) -> String {
        let output = command(&self.folder, self.port)
            .args(arguments)
            .output()
            .expect("coach token");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout)
            .expect("text")
            .trim()
            .to_owned()
    }

    /// The number in the one row that a statement returns.
    pub(crate) fn sql(&self, sql: &str) -> i64 {
        let url = coach_dev::running_url(&self.folder.join("home"), "coach");
        let url = url.expect("coach dev runs");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let pool = database::connect(&url, &Options::default()).await;
            let statement = Statement::from_string(DbBackend::Postgres, sql);
            let row = pool.expect("a connection").query_one_raw(statement).await;
            let row = row.expect(sql).expect("a row");
            row.try_get_by_index(0).expect("a number")
        })
    }

    pub(crate) fn graphql(&self, token: &str, query: &str) -> (u16, Value) {
        let client = reqwest::blocking::Client::new();
        let mut request = client
            .post(format!("{}/graphql", self.base))
            .json(&json!({ "query": query }));
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        let response = request.send().expect("an answer");
        (response.status().as_u16(), response.json().expect("JSON"))
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            self.signal(Signal::INT);
            self.wait_for_exit();
        }
        if !thread::panicking() {
            assert_no_personal_data(&self.log.lock().expect("text"));
        }
    }
}

/// Fails if a log or spans contain a demo member's name or email address, or a token.
pub(crate) fn assert_no_personal_data(text: &str) {
    for private in ["@demo.coach.example", "Maya Brandt", "eyJ"] {
        let line = text.lines().find(|line| line.contains(private));
        assert!(line.is_none(), "{private}: {line:?}");
    }
}

fn collect(pipe: impl std::io::Read + Send + 'static) -> Arc<Mutex<String>> {
    let text = Arc::new(Mutex::new(String::new()));
    let shared = Arc::clone(&text);
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            let mut text = shared.lock().expect("text");
            text.push_str(&line);
            text.push('\n');
        }
    });
    text
}

/// Runs a command to its end, and returns its standard output and standard error together.
pub(crate) fn run(mut command: Command) -> (ExitStatus, String) {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let (mut output, mut errors) = (String::new(), String::new());
    child
        .stdout
        .take()
        .expect("stdout")
        .read_to_string(&mut output)
        .expect("text");
    child
        .stderr
        .take()
        .expect("stderr")
        .read_to_string(&mut errors)
        .expect("text");
    (child.wait().expect("a status"), output + &errors)
}

/// The number of processes whose command line contains this text.
pub(crate) fn processes_with(text: &str) -> usize {
    let processes = fs::read_dir("/proc").expect("/proc").filter_map(Result::ok);
    let lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    lines
        .filter(|line| String::from_utf8_lossy(line).contains(text))
        .count()
}

/// Makes a command run as an unprivileged user, for which we must be root.
pub(crate) fn as_unprivileged_user(command: &mut Command) {
    command.uid(65_534).gid(65_534);
}
