//! Reading a body without letting it be larger or slower than we want.

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

/// The whole body, decoded: `most` is of what comes out.
async fn read(headers: &HeaderMap, body: Body, most: usize) -> Result<Vec<u8>, Refusal> {
    let coding = Coding::of(headers).ok_or_else(Refusal::unknown_coding)?;
    let bytes = receive(headers, body, most).await?;
    match coding {
        Coding::Identity => Ok(bytes),
        Coding::Gzip => unzip(&bytes, most),
    }
}

/// What was done to a body before it was sent.
#[derive(Clone, Copy)]
enum Coding {
    Identity,
    Gzip,
}

impl Coding {
    /// `None` for one that is not read here, or several on top of each other.
    fn of(headers: &HeaderMap) -> Option<Self> {
        let mut codings = headers.get_all(CONTENT_ENCODING).iter();
        let coding = match (codings.next(), codings.next()) {
            (None, _) => return Some(Self::Identity),
            (Some(coding), None) => coding.to_str().ok()?.trim(),
            (Some(_), Some(_)) => return None,
        };
        let is = |name| coding.eq_ignore_ascii_case(name);
        if coding.is_empty() || is("identity") {
            Some(Self::Identity)
        } else {
            (is("gzip") || is("x-gzip")).then_some(Self::Gzip)
        }
    }
}

/// Stops one byte behind the limit, however much more would come.
fn unzip(bytes: &[u8], most: usize) -> Result<Vec<u8>, Refusal> {
    let mut unzipped = Vec::new();
    let one_more = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut decoder = MultiGzDecoder::new(bytes).take(one_more);
    let read = decoder.read_to_end(&mut unzipped);
    read.map_err(|_| Refusal::bad_request("the body is not gzip, or broke off"))?;
    if unzipped.len() > most {
        return Err(too_large(most));
    }
    Ok(unzipped)
}

async fn receive(headers: &HeaderMap, body: Body, most: usize) -> Result<Vec<u8>, Refusal> {
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use axum::http::{HeaderValue, header::ACCEPT_ENCODING, response::Response};
    use axum::response::IntoResponse as _;
    use flate2::{Compression, write::GzEncoder};

    use super::*;

    const MOST: usize = 1_000;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    async fn read(codings: &[&'static str], bytes: Vec<u8>) -> Result<Vec<u8>, Response<Body>> {
        let codings = codings
            .iter()
            .map(|coding| HeaderValue::from_static(*coding));
        let headers = codings.map(|coding| (CONTENT_ENCODING, coding)).collect();
        let read = super::read(&headers, Body::from(bytes), MOST).await;
        read.map_err(Refusal::into_response)
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
    async fn the_limit_is_that_of_what_comes_out() {
        let status = async |text: &[u8]| {
            let zipped = gzip(text);
            assert!(zipped.len() < 100);
            let read = read(&["gzip"], zipped).await;
            read.map_or_else(|refused| refused.status().as_u16(), |_| 200)
        };
        assert_eq!(status(&[b' '; MOST]).await, 200);
        assert_eq!(status(&[b' '; MOST + 1]).await, 413);
    }

    #[tokio::test]
    async fn what_cannot_be_decoded_is_refused() {
        let broken_off = gzip(b"{}")[..12].to_vec();
        for bytes in [b"{}".to_vec(), broken_off, Vec::new()] {
            let refused = read(&["gzip"], bytes).await.unwrap_err();
            assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
        }
        for codings in [
            &["br"][..],
            &["gzip, gzip"],
            &["gzip", "gzip"],
            &["zstd"],
            &["deflate"],
        ] {
            let refused = read(codings, gzip(b"{}")).await.unwrap_err();
            assert_eq!(
                refused.status(),
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "{codings:?}"
            );
            assert_eq!(refused.headers()[ACCEPT_ENCODING], "gzip");
        }
    }
}
