//! Reading a body without letting it be larger or slower than we want.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header::CONTENT_LENGTH},
};
use futures_util::StreamExt as _;

use super::{media, refusal::Refusal};

/// Of a whole body, from the first byte on.
const WITHIN: Duration = Duration::from_secs(10);

/// How many times the most that is taken is read and thrown away, so that the client has sent its body before the
/// connection is closed, and gets to see why.
const DISCARDED: usize = 8;

/// The whole body of a request that is JSON.
pub(super) async fn read_json(
    headers: &HeaderMap,
    body: Body,
    most: usize,
) -> Result<Vec<u8>, Refusal> {
    if media::is_json(headers) {
        return read(headers, body, most).await;
    }
    Err(Refusal::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "UNSUPPORTED_MEDIA_TYPE",
        "requests are application/json in UTF-8",
    ))
}

/// The whole body.
pub(super) async fn read(headers: &HeaderMap, body: Body, most: usize) -> Result<Vec<u8>, Refusal> {
    let declared = headers.get(CONTENT_LENGTH);
    let declared = declared.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > most.saturating_mul(DISCARDED)) {
        return Err(too_large(most));
    }
    let mut bytes = Vec::with_capacity(declared.unwrap_or(0).min(most));
    let collect = async {
        let mut length = 0_usize;
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| Refusal::bad_request("the body broke off"))?;
            length += chunk.len();
            if length > most.saturating_mul(DISCARDED) {
                break;
            }
            if length <= most {
                bytes.extend_from_slice(&chunk);
            }
        }
        if length > most {
            Err(too_large(most))
        } else {
            Ok(())
        }
    };
    match tokio::time::timeout(WITHIN, collect).await {
        Ok(result) => result.map(|()| bytes),
        Err(_) => Err(Refusal::new(
            StatusCode::REQUEST_TIMEOUT,
            "REQUEST_TIMEOUT",
            "the body took too long to arrive",
        )),
    }
}

fn too_large(most: usize) -> Refusal {
    Refusal::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "PAYLOAD_TOO_LARGE",
        format!("the body has more than {most} bytes"),
    )
}
