//! A gateway whose socket is held by whoever starts it, as systemd does.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    os::fd::OwnedFd,
    process::Stdio,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
};

use coach_tests::{WAIT_TIMEOUT, wait_for};

use super::{Fixture, ServeProcess, shell_command};
use crate::coach::{binary, share_machine};

const RESTARTS: usize = 3;

/// Systemd passes sockets from descriptor 3 on.
const SCRIPT: &str = r#"exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" serve"#;

fn start(fixture: &Fixture, listener: &TcpListener) -> ServeProcess {
    let port = listener.local_addr().expect("an address").port();
    let socket = OwnedFd::from(listener.try_clone().expect("a descriptor"));
    let mut command = shell_command(&fixture.dev.folder, port);
    command
        .args(["-c", SCRIPT])
        .arg(binary())
        .env("COACH_DATABASE_URL", &fixture.url)
        .env("COACH_AUTH_LOCAL", "yes")
        .env("COACH_TIMEOUT_DRAIN", "100ms")
        .stdin(Stdio::from(socket));
    ServeProcess::start(command, port)
}

/// One request on a connection of its own.
fn get(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(WAIT_TIMEOUT))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn no_connection_is_refused_while_it_is_restarted() {
    let _lock = share_machine();
    let fixture = Fixture::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (is_over, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let mut serve = start(&fixture, &listener);
    thread::scope(|scope| {
        let client = scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                let answer = get(address, "/health/live").expect("an answer");
                assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
                answered.fetch_add(1, Ordering::Relaxed);
            }
        });
        for _ in 0..RESTARTS {
            let before = answered.load(Ordering::Relaxed);
            let is_served = || (answered.load(Ordering::Relaxed) > before + 10).then_some(());
            wait_for(is_served, || "requests are answered".to_owned());
            serve.terminate();
            serve.wait_for_exit();
            serve = start(&fixture, &listener);
        }
        let before = answered.load(Ordering::Relaxed);
        let is_served = || (answered.load(Ordering::Relaxed) > before).then_some(());
        wait_for(is_served, || "the last one answers".to_owned());
        is_over.store(true, Ordering::Relaxed);
        client.join().expect("no request failed");
    });
}
