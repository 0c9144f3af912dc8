//! Finding the live stream: the field `liveStream`, and the status file that apps poll.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::{StatusCode, Url};
use serde_json::Value;

use super::{
    JourneyResult,
    client::{Answer, Client, header},
    report::Finding,
};

const LIVE_STREAM: &str = include_str!("../../../../schema/operations/LiveStream.graphql");

/// How old the status file may be that a CDN serves, and how old the state of `liveStream`. Both are two seconds where
/// all is well.
const MAX_AGE: Duration = Duration::from_secs(30);

pub(super) async fn run(client: &Client) -> JourneyResult {
    let answer = client.send_anonymously(LIVE_STREAM).await?;
    let stream = answer.at(&["liveStream"]);
    let read_at = stream["readAt"].as_str().and_then(|at| at.parse().ok());
    let read_at: DateTime<Utc> = read_at.ok_or("`liveStream` has no `readAt`")?;
    if let Ok(age) = (Client::now() - read_at).to_std()
        && age > MAX_AGE
    {
        return Err(format!(
            "`liveStream` is {} s old: gateways cannot read the object store; see docs/runbooks/LiveFailing.md",
            age.as_secs()
        ));
    }
    let url = stream["statusUrl"]
        .as_str()
        .and_then(|url| Url::parse(url).ok());
    let url = url.ok_or("`liveStream` has no `statusUrl`")?;
    let file = client.get(&url).await?;
    let status = file.status();
    if status == StatusCode::NOT_FOUND && stream["state"].is_null() {
        return Ok(Finding::skipped(
            "there is no status file: no live session was ever announced, or no worker runs",
        ));
    }
    if status != StatusCode::OK {
        return Err(format!(
            "{url} answered {status}: see COACH_LIVE_STATUS_URL, the CDN, and docs/runbooks/LiveStatusFileOld.md"
        ));
    }
    fresh(header(&file, "cache-control"), header(&file, "age"))
        .map_err(|why| format!("{url} {why}; see the CDN's settings in docs/LIVE.md"))?;
    let body = file.json::<Value>().await.ok();
    let body = body.filter(|body| body["version"].is_i64());
    let body = body.ok_or_else(|| format!("{url} is no status file: see COACH_LIVE_STATUS_URL"))?;
    compare(&answer, &body).map_err(|why| format!("{url} {why}"))?;
    Ok(Finding::Done)
}

/// Checks that caches keep the file for a short time only.
fn fresh(cache_control: Option<&str>, age: Option<&str>) -> Result<(), String> {
    let cache_control =
        cache_control.ok_or("has no Cache-Control, so caches may keep it for long")?;
    let directives = cache_control
        .split(',')
        .map(|it| it.trim().to_ascii_lowercase());
    let mut seconds = directives.filter_map(|directive| {
        let (name, value) = directive.split_once('=')?;
        matches!(name, "max-age" | "s-maxage").then(|| value.parse::<u64>().ok())?
    });
    let Some(first) = seconds.next() else {
        return Err(format!(
            "has a Cache-Control without max-age: {cache_control}"
        ));
    };
    let longest = seconds.fold(first, u64::max);
    if longest > MAX_AGE.as_secs() {
        return Err(format!("may be cached for {longest} s"));
    }
    match age.and_then(|age| age.trim().parse::<u64>().ok()) {
        Some(age) if age > MAX_AGE.as_secs() => Err(format!("is served {age} s old from a cache")),
        _ => Ok(()),
    }
}

/// Checks that the file is of the same session as the field, or newer: an update that the file has and the field has
/// not, or the other way round, is at most [`MAX_AGE`] old.
fn compare(answer: &Answer, file: &Value) -> Result<(), String> {
    let time = |value: &Value| value["updatedAt"].as_str()?.parse::<DateTime<Utc>>().ok();
    let (Some(field), Some(file)) = (time(answer.at(&["liveStream"])), time(file)) else {
        return Err("has no `updatedAt`".to_owned());
    };
    let behind = (field - file).to_std().unwrap_or_default();
    let since = (Client::now() - field).to_std().unwrap_or_default();
    if !behind.is_zero() && since > MAX_AGE {
        return Err(format!(
            "is behind `liveStream`, which has changed {} s ago: the CDN serves an old file",
            since.as_secs()
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::fresh;

    #[test]
    fn only_short_caching_is_fresh() {
        for (cache_control, age) in [
            ("public, max-age=2", None),
            ("max-age=2, s-maxage=30", Some("3")),
            ("Max-Age=0", Some("30")),
            ("max-age=5", Some("soon")),
        ] {
            assert_eq!(fresh(Some(cache_control), age), Ok(()), "{cache_control}");
        }
        for (cache_control, age, why) in [
            (None, None, "no Cache-Control"),
            (Some("public"), None, "without max-age"),
            (Some("max-age=3600"), None, "cached for 3600 s"),
            (Some("max-age=2, s-maxage=300"), None, "cached for 300 s"),
            (Some("max-age=2"), Some("31"), "31 s old"),
        ] {
            let error = fresh(cache_control, age).expect_err(why);
            assert!(error.contains(why), "{error}");
        }
    }
}
