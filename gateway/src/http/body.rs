//! Reads request bodies, with limits on size and time.

use std::{io::Read as _, time::Duration};

use axum::{
    body::Body,
    http::{
        HeaderMap, StatusCode,
        header::{CONTENT_ENCODING, CONTENT_LENGTH},
    },
};
use flate2::read::MultiGzDecoder;
use futures_util::StreamExt as _;

use super::{error::HttpError, media_type};

/// The time in which a whole body has to arrive.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// A body that is too large is read and discarded up to this multiple of the limit: a client that can finish sending
/// gets to read the error response before the connection is closed.
const DRAIN_FACTOR: usize = 8;

/// Reads the body of a request with JSON, of up to `limit` bytes once decoded.
pub(super) async fn read_json(
    headers: &HeaderMap,
    body: Body,
    limit: usize,
) -> Result<Vec<u8>, HttpError> {
    if media_type::is_json(headers) {
        return read(headers, body, limit).await;
    }
    Err(HttpError::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "UNSUPPORTED_MEDIA_TYPE",
        "requests are application/json in UTF-8",
    ))
}

/// Reads and decodes a body. `limit` bounds the number of decoded bytes.
async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Vec<u8>, HttpError> {
    let is_gzip = is_gzip(headers).ok_or_else(HttpError::unsupported_content_coding)?;
    let bytes = receive(headers, body, limit).await?;
    if is_gzip {
        return gunzip(&bytes, limit);
    }
    Ok(bytes)
}

/// Whether a body is compressed; `None` for an unsupported content coding, or several of them.
fn is_gzip(headers: &HeaderMap) -> Option<bool> {
    let mut codings = headers.get_all(CONTENT_ENCODING).iter();
    let coding = match (codings.next(), codings.next()) {
        (None, _) => return Some(false),
        (Some(coding), None) => coding.to_str().ok()?.trim(),
        (Some(_), Some(_)) => return None,
    };
    match coding.to_ascii_lowercase().as_str() {
        "" | "identity" => Some(false),
        "gzip" | "x-gzip" => Some(true),
        _ => None,
    }
}

/// Decompresses no further than one byte beyond the limit.
fn gunzip(bytes: &[u8], limit: usize) -> Result<Vec<u8>, HttpError> {
    let mut decoded = Vec::new();
    let max_decoded = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut decoder = MultiGzDecoder::new(bytes).take(max_decoded);
    let read = decoder.read_to_end(&mut decoded);
    read.map_err(|_| HttpError::bad_request("the body is not gzip, or broke off"))?;
    if decoded.len() > limit {
        return Err(too_large(limit));
    }
    Ok(decoded)
}

/// Receives a body as it was sent.
async fn receive(headers: &HeaderMap, body: Body, limit: usize) -> Result<Vec<u8>, HttpError> {
    let declared = headers.get(CONTENT_LENGTH);
    let declared = declared.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit.saturating_mul(DRAIN_FACTOR)) {
        return Err(too_large(limit));
    }
    let mut bytes = Vec::with_capacity(declared.unwrap_or(0).min(limit));
    let collect = async {
        let mut length = 0_usize;
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| HttpError::bad_request("the body broke off"))?;
            length += chunk.len();
            if length > limit.saturating_mul(DRAIN_FACTOR) {
                break;
            }
            if length <= limit {
                bytes.extend_from_slice(&chunk);
            }
        }
        if length > limit {
            Err(too_large(limit))
        } else {
            Ok(())
        }
    };
    match tokio::time::timeout(READ_TIMEOUT, collect).await {
        Ok(result) => result.map(|()| bytes),
        Err(_) => Err(HttpError::new(
            StatusCode::REQUEST_TIMEOUT,
            "REQUEST_TIMEOUT",
            "the body took too long to arrive",
        )),
    }
}

fn too_large(limit: usize) -> HttpError {
    HttpError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "PAYLOAD_TOO_LARGE",
        format!("the body has more than {limit} bytes"),
    )
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use axum::http::{HeaderValue, header::ACCEPT_ENCODING, response::Response};
    use axum::response::IntoResponse as _;
    use flate2::{Compression, write::GzEncoder};

    use super::*;

    const LIMIT: usize = 1_000;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    async fn read(codings: &[&'static str], bytes: Vec<u8>) -> Result<Vec<u8>, Response<Body>> {
        let codings = codings
            .iter()
            .map(|coding| HeaderValue::from_static(coding));
        let headers = codings.map(|coding| (CONTENT_ENCODING, coding)).collect();
        let read = super::read(&headers, Body::from(bytes), LIMIT).await;
        read.map_err(HttpError::into_response)
    }

    #[tokio::test]
    async fn bodies_are_decoded() {
        let text = b"{\"query\": \"{a}\"}";
        for coding in ["gzip", "GZIP", "x-gzip"] {
            assert_eq!(read(&[coding], gzip(text)).await.unwrap(), text, "{coding}");
        }
        let parts = [gzip(&text[..5]), gzip(&text[5..])].concat();
        assert_eq!(read(&["gzip"], parts).await.unwrap(), text);
        for codings in [&[][..], &["identity"], &[""]] {
            assert_eq!(read(codings, text.to_vec()).await.unwrap(), text);
        }
    }

    #[tokio::test]
    async fn the_limit_applies_to_decoded_bytes() {
        let status = async |text: &[u8]| {
            let compressed = gzip(text);
            assert!(compressed.len() < 100);
            let read = read(&["gzip"], compressed).await;
            read.map_or_else(|error| error.status().as_u16(), |_| 200)
        };
        assert_eq!(status(&[b' '; LIMIT]).await, 200);
        assert_eq!(status(&[b' '; LIMIT + 1]).await, 413);
    }

    #[tokio::test]
    async fn undecodable_bodies_are_rejected() {
        let broken_off = gzip(b"{}")[..12].to_vec();
        for bytes in [b"{}".to_vec(), broken_off, Vec::new()] {
            let error = read(&["gzip"], bytes).await.unwrap_err();
            assert_eq!(error.status(), StatusCode::BAD_REQUEST);
        }
        for codings in [
            &["br"][..],
            &["gzip, gzip"],
            &["gzip", "gzip"],
            &["zstd"],
            &["deflate"],
        ] {
            let error = read(codings, gzip(b"{}")).await.unwrap_err();
            assert_eq!(
                error.status(),
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "{codings:?}"
            );
            assert_eq!(error.headers()[ACCEPT_ENCODING], "gzip");
        }
    }
}
