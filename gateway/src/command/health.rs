//! `coach health`: the health check of images without a shell.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use anyhow::{Context as _, bail};
use coach_gateway::settings::{Settings, reachable_address};

/// The time limit of each step. Orchestrators give a health check five seconds or more.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Asks the gateway or worker on this machine, which listens where these settings say. Fails unless it answers 200.
pub(crate) fn check(settings: &Settings, live: bool) -> anyhow::Result<()> {
    let address = reachable_address(settings.listen);
    let path = if live {
        "/health/live"
    } else {
        "/health/ready"
    };
    let answer = get(address, path);
    let answer = answer.with_context(|| format!("nothing answers at http://{address}{path}"))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    if head.split(' ').nth(1) == Some("200") {
        return Ok(());
    }
    bail!("http://{address}{path} answers {body}");
}

fn get(address: std::net::SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
