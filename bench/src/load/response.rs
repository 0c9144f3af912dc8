//! Reads responses of HTTP/1.1, as far as a load generator needs them.

use std::io::{self, BufRead};

/// Reads one response, and returns whether its status is 200.
///
/// # Errors
///
/// When the connection fails, or what comes is no response with a length or in chunks.
pub(super) fn read(stream: &mut impl BufRead) -> io::Result<bool> {
    let status = line(stream)?;
    let ok = status.split(' ').nth(1) == Some("200");
    let mut length = None;
    loop {
        let header = line(stream)?.to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().ok();
        }
    }
    match length {
        Some(length) => skip(stream, length)?,
        None => skip_chunks(stream)?,
    }
    Ok(ok)
}

fn skip_chunks(stream: &mut impl BufRead) -> io::Result<()> {
    loop {
        let size = line(stream)?;
        let size = u64::from_str_radix(size.trim(), 16).map_err(io::Error::other)?;
        skip(stream, size)?;
        line(stream)?;
        if size == 0 {
            return Ok(());
        }
    }
}

fn skip(stream: &mut impl BufRead, length: u64) -> io::Result<()> {
    let skipped = io::copy(&mut io::Read::take(stream, length), &mut io::sink())?;
    if skipped < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

/// A line without its end.
fn line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn responses_have_a_length_or_chunks() {
        let mut stream = concat!(
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n",
        )
        .as_bytes();
        assert!(read(&mut stream).unwrap());
        assert!(read(&mut stream).unwrap());
        assert!(!read(&mut stream).unwrap());
        assert!(read(&mut stream).is_err());
    }
}
