//! Checks whether a server accepts connections, with a minimal implementation of Postgres's protocol.

use std::{
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

use crate::SUPERUSER;

/// Connects and disconnects. Fails with a message, usually that the server is still starting.
pub(crate) fn probe(socket: &Path) -> Result<(), String> {
    let response = exchange(socket).map_err(|error| error.to_string())?;
    parse_response(&response)
}

/// Sends a startup message and reads the response until the server closes the connection.
fn exchange(socket: &Path) -> io::Result<Vec<u8>> {
    let mut stream = UnixStream::connect(socket)?;
    let timeout = Some(Duration::from_secs(2));
    stream.set_read_timeout(timeout)?;
    stream.set_write_timeout(timeout)?;
    // Terminate (`X`) is sent along, so that the server responds, closes the connection and logs no error.
    let mut request = startup_message(&[("user", SUPERUSER), ("database", "postgres")]);
    request.extend_from_slice(&[b'X', 0, 0, 0, 4]);
    stream.write_all(&request)?;
    let mut response = Vec::new();
    stream.take(64 * 1024).read_to_end(&mut response)?;
    Ok(response)
}

fn startup_message(parameters: &[(&str, &str)]) -> Vec<u8> {
    const PROTOCOL_3_0: u32 = 3 << 16;

    let mut body = PROTOCOL_3_0.to_be_bytes().to_vec();
    for text in parameters.iter().flat_map(|(key, value)| [key, value]) {
        body.extend_from_slice(text.as_bytes());
        body.push(0);
    }
    body.push(0);
    let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), body.as_slice()].concat()
}

/// `R` is an authentication request (here: success), `E` an error, with code 57P03 while the server starts.
fn parse_response(response: &[u8]) -> Result<(), String> {
    match response {
        [b'R', ..] => Ok(()),
        [b'E', _, _, _, _, fields @ ..] => {
            let field = |code| {
                let mut fields = fields.split(|byte| *byte == 0);
                let text = fields.find_map(|field| field.strip_prefix(&[code]))?;
                Some(String::from_utf8_lossy(text).into_owned())
            };
            let message = field(b'M').unwrap_or_default();
            Err(format!("{message} ({})", field(b'C').unwrap_or_default()))
        }
        [] => Err("it closed the connection".to_owned()),
        _ => Err("it does not speak as Postgres does".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_startup_message_follows_the_protocol() {
        let message = startup_message(&[("user", "coach")]);
        assert_eq!(message, b"\0\0\0\x14\0\x03\0\0user\0coach\0\0");
    }

    #[test]
    fn responses_are_parsed() {
        assert_eq!(parse_response(b"R\0\0\0\x08\0\0\0\0"), Ok(()));
        let starting =
            b"E\0\0\0\x30SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0";
        assert_eq!(
            parse_response(starting),
            Err("the database system is starting up (57P03)".to_owned())
        );
        assert!(parse_response(b"").is_err());
        assert!(parse_response(b"HTTP/1.1 400").is_err());
    }
}
