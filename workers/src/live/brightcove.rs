//! Brightcove's Live API, version 1: fetches the state of jobs.
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

/// The timeout of a request with its response: the status file waits for it.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Why a job could not be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VideoError {
    /// The provider cannot be reached.
    #[error("the video provider cannot be reached: {0}")]
    Unavailable(String),
    /// The provider responded with an error.
    #[error("the video provider answers {0}")]
    Status(StatusCode),
    /// The response is not a job.
    #[error("the response of the video provider is not a job: {0}")]
    InvalidResponse(String),
}

/// The client of the API.
#[derive(Clone, Debug)]
pub struct Brightcove {
    settings: ApiSettings,
    client: Client,
}

/// The fields of a job that are used here. Times are in milliseconds since 1970; 0 means none.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Job {
    /// The state, such as `waiting`.
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
    /// The same URL as `playback_url`, but with `https`.
    #[serde(rename = "job_ui_playback_url", default)]
    ui_playback_url: Option<String>,
    #[serde(rename = "job_playback_url", default)]
    playback_url: Option<String>,
}

#[derive(Deserialize)]
struct JobResponse {
    job: Job,
}

impl Brightcove {
    /// Creates a client. Makes no request.
    ///
    /// # Errors
    ///
    /// When the HTTP client cannot be created.
    pub fn new(settings: ApiSettings) -> Result<Self, reqwest::Error> {
        let client = api::client_builder(REQUEST_TIMEOUT).build()?;
        Ok(Self { settings, client })
    }

    /// Fetches a job; `None` if it does not exist.
    ///
    /// # Errors
    ///
    /// When the provider cannot be reached, or its response is invalid.
    pub async fn job(&self, id: &str) -> Result<Option<Job>, VideoError> {
        let url = api::join_path(&self.settings.url, ["v1", "jobs", id]);
        let request = self.client.get(url);
        let request = request.header("X-API-KEY", &self.settings.api_key);
        let unavailable =
            |error: reqwest::Error| VideoError::Unavailable(error.without_url().to_string());
        let response = api::send(request).await.map_err(unavailable)?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            status => return Err(VideoError::Status(status)),
        }
        let bytes = response.bytes().await.map_err(unavailable)?;
        let response: Result<JobResponse, _> = serde_json::from_slice(&bytes);
        let response = response.map_err(|error| VideoError::InvalidResponse(error.to_string()))?;
        Ok(Some(response.job))
    }
}

impl Job {
    /// The facts about the session that follow from the job. There are none for states before the broadcast, such as
    /// `waiting`.
    ///
    /// Facts have the job's own times where it has them, so that a later fetch gives the same facts.
    pub fn facts(&self) -> Vec<Fact> {
        let changed = moment(self.last_state_change_at);
        let started = moment(self.streaming_started_at);
        let finished = moment(self.finished_at).or(changed);
        // `disconnected`: the encoder has lost its connection and may come back; if it does not, the job finishes.
        let is_on_air = matches!(self.state.as_str(), "processing" | "disconnected");
        let ended = match self.state.as_str() {
            "finishing" | "finished" => finished.map(|at| (FactKind::Ended, at)),
            "cancelling" | "cancelled" | "failed" | "error" => {
                finished.map(|at| (FactKind::Failed, at))
            }
            _ => None,
        };
        let began = started.or(changed.filter(|_| is_on_air));
        let has_begun = is_on_air || ended.is_some();
        let mut facts = Vec::new();
        let mut add = |kind, at| facts.push(Fact { kind, at });
        if let Some(at) = began.filter(|_| has_begun) {
            add(FactKind::Live, at);
            // The URL of a job never changes.
            let url = self.ui_playback_url.as_ref().or(self.playback_url.as_ref());
            let url = url.and_then(|url| Url::parse(url));
            if let Some(url) = url {
                add(
                    FactKind::Playback(url),
                    moment(self.created_at).unwrap_or(at),
                );
            }
        }
        if let Some((kind, at)) = ended {
            add(kind, at);
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
    fn there_are_no_facts_before_the_broadcast() {
        for state in ["standby", "waiting", "created", "something new"] {
            assert_eq!(facts(job(state)), [], "{state}");
        }
    }

    #[test]
    fn a_job_on_air_gives_its_beginning_and_its_playback_url() {
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
    fn a_job_that_has_ended_gives_all_facts() {
        let mut finished = job("finished");
        finished["job_streaming_started_at"] = 4_000.into();
        finished["job_finished_at"] = 9_000.into();
        let times: Vec<_> = facts(finished).into_iter().map(|(_, at)| at).collect();
        assert_eq!(times, [4_000, 1_000, 9_000]);
        assert_eq!(facts(job("cancelled")), [("Failed".to_owned(), 5_000)]);
        assert_eq!(facts(job("finishing")), [("Ended".to_owned(), 5_000)]);
    }

    #[test]
    fn impossible_times_are_ignored() {
        let mut odd = job("processing");
        odd["job_last_state_change_at"] = i64::MAX.into();
        assert_eq!(facts(odd), []);
    }
}
