//! Asking a server whether it accepts connections, in as much of its protocol as that takes.

use std::{
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

use super::SUPERUSER;

/// Connects and leaves again. `Err` tells why not, in words: usually that it is still starting.
pub(super) fn ask(socket: &Path) -> Result<(), String> {
    let answer = converse(socket).map_err(|error| error.to_string())?;
    understand(&answer)
}

fn converse(socket: &Path) -> io::Result<Vec<u8>> {
    let mut stream = UnixStream::connect(socket)?;
    let limit = Some(Duration::from_secs(2));
    stream.set_read_timeout(limit)?;
    stream.set_write_timeout(limit)?;
    // The farewell goes along, so that the server answers, closes, and finds nothing to complain of in its log.
    let mut request = startup_message(&[("user", SUPERUSER), ("database", "postgres")]);
    request.extend_from_slice(&[b'X', 0, 0, 0, 4]);
    stream.write_all(&request)?;
    let mut answer = Vec::new();
    stream.take(64 * 1024).read_to_end(&mut answer)?;
    Ok(answer)
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

/// `R` says that we are in; `E` is an error, 57P03 while the server starts.
fn understand(answer: &[u8]) -> Result<(), String> {
    match answer {
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
    fn the_first_message_is_as_the_protocol_has_it() {
        let message = startup_message(&[("user", "coach")]);
        assert_eq!(message, b"\0\0\0\x14\0\x03\0\0user\0coach\0\0");
    }

    #[test]
    fn answers_are_understood() {
        assert_eq!(understand(b"R\0\0\0\x08\0\0\0\0"), Ok(()));
        let starting =
            b"E\0\0\0\x30SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0";
        assert_eq!(
            understand(starting),
            Err("the database system is starting up (57P03)".to_owned())
        );
        assert!(understand(b"").is_err());
        assert!(understand(b"HTTP/1.1 400").is_err());
    }
}
