//! Brightcove's Live API, version 1: how a job stands.
//! <https://apis.support.brightcove.com/live-api/getting-started/overview-brightcove-live-api.html>

use std::time::Duration;

use chrono::{DateTime, Utc};
use coach_domain::{
    clock::from_milliseconds,
    live::{Fact, FactKind},
    url::Url,
};
use reqwest::{Client, StatusCode};
use serde::Deserialize;

use crate::api::{self, ApiSettings};

/// For the whole answer: the status file waits for it.
const WITHIN: Duration = Duration::from_secs(10);

/// Why the provider did not say how a job stands.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VideoError {
    /// It cannot be reached.
    #[error("the video provider cannot be reached: {0}")]
    Unavailable(String),
    /// It answers with something else.
    #[error("the video provider answers {0}")]
    Status(StatusCode),
    /// It answers with what is no job.
    #[error("the video provider answers with what is no job: {0}")]
    Unreadable(String),
}

/// The API.
#[derive(Clone, Debug)]
pub struct Brightcove {
    settings: ApiSettings,
    client: Client,
}

/// A job, as far as it matters here. Times are milliseconds since 1970, and 0 where there is none.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Job {
    /// Such as `waiting`.
    #[serde(rename = "job_state")]
    pub state: String,
    #[serde(rename = "job_created_at", default)]
    created_at: i64,
    #[serde(rename = "job_streaming_started_at", default)]
    streaming_started_at: i64,
    #[serde(rename = "job_finished_at", default)]
    finished_at: i64,
    #[serde(rename = "job_last_state_change_at", default)]
    last_state_change_at: i64,
    /// The same as the other, over HTTPS.
    #[serde(rename = "job_ui_playback_url", default)]
    ui_playback_url: Option<String>,
    #[serde(rename = "job_playback_url", default)]
    playback_url: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    job: Job,
}

impl Brightcove {
    /// Nothing is asked yet.
    ///
    /// # Errors
    ///
    /// When no HTTP client can be made.
    pub fn new(settings: ApiSettings) -> Result<Self, reqwest::Error> {
        let client = api::client(WITHIN)?;
        Ok(Self { settings, client })
    }

    /// How a job stands; `None` where there is no such job.
    ///
    /// # Errors
    ///
    /// When it does not say.
    pub async fn job(&self, id: &str) -> Result<Option<Job>, VideoError> {
        let url = api::below(&self.settings.url, ["v1", "jobs", id]);
        let request = self.client.get(url);
        let request = request.header("X-API-KEY", &self.settings.api_key);
        let unavailable =
            |error: reqwest::Error| VideoError::Unavailable(error.without_url().to_string());
        let answer = request.send().await.map_err(unavailable)?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            status => return Err(VideoError::Status(status)),
        }
        let bytes = answer.bytes().await.map_err(unavailable)?;
        let answer: Result<Answer, _> = serde_json::from_slice(&bytes);
        let answer = answer.map_err(|error| VideoError::Unreadable(error.to_string()))?;
        Ok(Some(answer.job))
    }
}

impl Job {
    /// What it tells. States that say nothing of the session, such as `waiting`, tell nothing.
    ///
    /// A state is dated by the job's own time of it where it has one, so that whoever asks later learns the same.
    pub fn facts(&self) -> Vec<Fact> {
        let changed = moment(self.last_state_change_at);
        let started = moment(self.streaming_started_at);
        let finished = moment(self.finished_at).or(changed);
        // `disconnected`: the encoder is away, and may come back; if it does not, the job finishes.
        let on = matches!(self.state.as_str(), "processing" | "disconnected");
        let over = match self.state.as_str() {
            "finishing" | "finished" => finished.map(|at| (FactKind::Ended, at)),
            "cancelling" | "cancelled" | "failed" | "error" => {
                finished.map(|at| (FactKind::Failed, at))
            }
            _ => None,
        };
        let began = started.or(changed.filter(|_| on));
        let known = on || over.is_some();
        let mut facts = Vec::new();
        let mut tell = |kind, at| facts.push(Fact { kind, at });
        if let Some(at) = began.filter(|_| known) {
            tell(FactKind::Live, at);
            // Of a job it is always the same.
            let url = self.ui_playback_url.as_ref().or(self.playback_url.as_ref());
            let url = url.and_then(|url| Url::parse(url));
            if let Some(url) = url {
                tell(
                    FactKind::Playback(url),
                    moment(self.created_at).unwrap_or(at),
                );
            }
        }
        if let Some((kind, at)) = over {
            tell(kind, at);
        }
        facts
    }
}

fn moment(milliseconds: i64) -> Option<DateTime<Utc>> {
    from_milliseconds(milliseconds).filter(|_| milliseconds > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(job: serde_json::Value) -> Vec<(String, i64)> {
        let job: Job = serde_json::from_value(job).unwrap();
        let facts = job.facts().into_iter();
        facts
            .map(|Fact { kind, at }| (format!("{kind:?}"), at.timestamp_millis()))
            .collect()
    }

    fn job(state: &str) -> serde_json::Value {
        serde_json::json!({
            "job_state": state,
            "job_created_at": 1_000,
            "job_streaming_started_at": 0,
            "job_finished_at": 0,
            "job_last_state_change_at": 5_000,
            "job_playback_url": "http://playback.example/a.m3u8",
            "job_ui_playback_url": "https://playback.example/a.m3u8",
        })
    }

    #[test]
    fn jobs_that_are_not_on_yet_tell_nothing() {
        for state in ["standby", "waiting", "created", "something new"] {
            assert_eq!(facts(job(state)), [], "{state}");
        }
    }

    #[test]
    fn what_is_on_air_tells_when_it_began_and_where_to_see_it() {
        let playback = r#"Playback(Url("https://playback.example/a.m3u8"))"#;
        for state in ["processing", "disconnected"] {
            assert_eq!(
                facts(job(state)),
                [("Live".to_owned(), 5_000), (playback.to_owned(), 1_000)]
            );
        }
        let mut started = job("processing");
        started["job_streaming_started_at"] = 4_000.into();
        assert_eq!(facts(started)[0], ("Live".to_owned(), 4_000));
    }

    #[test]
    fn what_is_over_tells_all_of_it() {
        let mut finished = job("finished");
        finished["job_streaming_started_at"] = 4_000.into();
        finished["job_finished_at"] = 9_000.into();
        let told: Vec<_> = facts(finished).into_iter().map(|(_, at)| at).collect();
        assert_eq!(told, [4_000, 1_000, 9_000]);
        assert_eq!(facts(job("cancelled")), [("Failed".to_owned(), 5_000)]);
        assert_eq!(facts(job("finishing")), [("Ended".to_owned(), 5_000)]);
    }

    #[test]
    fn times_that_cannot_be_are_none() {
        let mut odd = job("processing");
        odd["job_last_state_change_at"] = i64::MAX.into();
        assert_eq!(facts(odd), []);
    }
}
