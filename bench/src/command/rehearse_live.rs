//! `coach-bench rehearse-live`: rehearses live sessions with a crowd of apps, edges of a CDN, and a provider that
//! repeats its notifications.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use coach_domain::live::FileState;
use tokio::time::{sleep, sleep_until};

use super::BudgetCheck;
use crate::{
    cli::{Common, RehearseLiveOptions},
    environment::Environment,
    format::{count, ratio, whole},
    gateway, install, log_progress, process,
    rehearsal::{
        API_KEY, Crowd, Edges, PATH_SECRET, Provider, RequestCounts, announce, poll_steadily,
        wait_for_status_file,
    },
    report::{Heading, table::Table},
    service::Service,
    statistics::{float, percentile},
};

const VERB: &str = "rehearse-live";

/// The duration of a session, from its announcement to the last poll.
const SESSION_DURATION: Duration = Duration::from_secs(46);
/// The time within which all apps start.
const OPENING_DURATION: Duration = Duration::from_secs(4);
/// The time from the announcement until the session goes live.
const WAITING_DURATION: Duration = Duration::from_secs(12);
/// The time from then until the session ends.
const ON_AIR_DURATION: Duration = Duration::from_secs(10);

/// How long nginx caches a file with a lifetime of two seconds: it expires entries on full seconds.
const EDGE_CACHE_LIFETIME: Duration = Duration::from_secs(3);
/// The allowed time from provider to viewer, in addition to the edge's cache lifetime and the app's polling interval.
const PROCESSING_ALLOWANCE: Duration = Duration::from_millis(500);

/// Additional requests per second at each edge, with the minimum hit ratio. The edge of the crowd is the first one; its
/// additional requests keep it from being idle, because after that nginx serves the stale file to requests in the same
/// millisecond as the first.
const STEADY_LOAD: [(u32, f64); 3] = [(1, 0.0), (5, 0.85), (100, 0.99)];

/// The maximum ratio of the gateway's CPU usage, with ten times the crowd. It is generous, because CPU times vary with
/// the load of the machine.
const MAX_CPU_GROWTH: f64 = 1.5;

/// The measurements of one session.
struct SessionResult {
    crowd: Crowd,
    pollers: u32,
    requests: u64,
    /// The CPU usage of the gateway in cores.
    cpu: f64,
    /// From the announcement to the file.
    announcement_to_file: Duration,
    /// From the provider to the acknowledgement by the gateway.
    provider_to_gateway: Duration,
    /// From the acknowledgement by the gateway to the file.
    gateway_to_file: Duration,
    /// From the file to each app, sorted.
    file_to_app: Vec<Duration>,
    /// From the provider to each app, sorted.
    provider_to_app: Vec<Duration>,
    /// From the provider to each app without its polling interval, sorted.
    without_pause: Vec<Duration>,
}

/// The running services.
struct Rehearsal {
    environment: Environment,
    gateway: Service,
    provider: Provider,
    edges: Edges,
    status_file: PathBuf,
}

pub(super) async fn run(
    common: &Common,
    options: RehearseLiveOptions,
) -> anyhow::Result<BudgetCheck> {
    let nginx = install::NGINX.find_or_install()?;
    // The apps poll anonymously, so no members are needed.
    let common = common.with_minimal_data_set();
    let mut environment = Environment::start(&common).await?;
    environment.database_url = environment.copy("rehearsal").await?;
    let heading = Heading::new(VERB, &common, &environment, &nginx).await?;
    let rehearsal = Rehearsal::start(environment).await?;
    let failed = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    let steady: Vec<_> = rehearsal
        .edges
        .addresses
        .iter()
        .zip(STEADY_LOAD)
        .map(|(edge, (rate, _))| tokio::spawn(poll_steadily(*edge, rate, failed.clone())))
        .collect();
    let mut results = Vec::new();
    let small = (options.pollers / 10).max(1);
    for (number, pollers) in std::iter::once(small)
        .chain(std::iter::repeat_n(
            options.pollers,
            usize::try_from(options.sessions)?,
        ))
        .enumerate()
    {
        let before = rehearsal.edges.counts()?[0];
        let mut result = rehearsal.run_session(number, pollers).await?;
        result.requests = rehearsal.edges.counts()?[0].requests - before.requests;
        results.push(result);
    }
    for task in steady {
        task.abort();
    }
    let elapsed = started.elapsed();
    // Until the edges have flushed their log.
    sleep(Duration::from_millis(1_500)).await;
    let counts = rehearsal.edges.counts()?;
    let failed = failed.load(Ordering::Relaxed);
    let (checks, check_result) = evaluate(&results, &counts, elapsed, failed);
    heading.publish(&common, &(tables(&results, &counts) + &checks))?;
    Ok(check_result)
}

impl Rehearsal {
    async fn start(environment: Environment) -> anyhow::Result<Self> {
        let objects = environment.home.join("rehearsal-objects");
        let _ = std::fs::remove_dir_all(&objects);
        std::fs::create_dir_all(&objects)?;
        let provider = Provider::start().await?;
        let settings = [
            ("COACH_OBJECTS", objects.display().to_string()),
            ("COACH_BRIGHTCOVE_URL", provider.url.clone()),
            ("COACH_BRIGHTCOVE_API_KEY", API_KEY.to_owned()),
            ("COACH_WEBHOOK_BRIGHTCOVE_PATH", PATH_SECRET.to_owned()),
        ];
        let gateway = gateway::start_with_workers("gateway", &environment, &settings).await?;
        let edges = Edges::start(gateway.address, &environment.home).await?;
        let rehearsal = Self {
            status_file: objects.join("live/status.json"),
            environment,
            gateway,
            provider,
            edges,
        };
        // The file exists from the first announcement on.
        announce(
            &rehearsal.environment,
            &rehearsal.gateway,
            "tomorrow",
            TimeDelta::days(1),
        )
        .await?;
        wait_for_status_file(
            rehearsal.status_file.clone(),
            "tomorrow".to_owned(),
            FileState::Scheduled,
        )
        .await?;
        Ok(rehearsal)
    }

    /// Announces a session, starts the crowd, goes live, and ends the session.
    async fn run_session(&self, number: usize, pollers: u32) -> anyhow::Result<SessionResult> {
        log_progress(&format!(
            "session {number}: {} apps for {} seconds",
            count(pollers.into()),
            SESSION_DURATION.as_secs()
        ));
        let started = Instant::now();
        let job = format!("job-{number}");
        self.provider.create(&job);
        let session = announce(
            &self.environment,
            &self.gateway,
            &job,
            TimeDelta::seconds(8),
        )
        .await?;
        let cpu = process::cpu(self.gateway.pid())?;
        let announced = Instant::now();
        let announcement_written =
            wait_for_status_file(self.status_file.clone(), job.clone(), FileState::Scheduled)
                .await?;
        // Until no edge has the previous session in its cache: after its end, apps poll rarely.
        sleep_until((announcement_written + EDGE_CACHE_LIFETIME + PROCESSING_ALLOWANCE).into())
            .await;
        let crowd = tokio::spawn({
            let edge = self.edges.addresses[0];
            let (opening, until) = (OPENING_DURATION, started + SESSION_DURATION);
            async move { Crowd::poll_all(edge, &session, pollers, opening, until).await }
        });
        sleep_until((started + WAITING_DURATION).into()).await;
        let gateway = self.gateway.url("");
        let live_written = tokio::spawn(wait_for_status_file(
            self.status_file.clone(),
            job.clone(),
            FileState::Live,
        ));
        let change = self.provider.go_live(&job, &gateway).await?;
        let live_written = live_written.await??;
        sleep_until((started + WAITING_DURATION + ON_AIR_DURATION).into()).await;
        self.provider.finish(&job, &gateway).await?;
        let crowd = crowd.await?;
        let cpu = process::cpu(self.gateway.pid())?.saturating_sub(cpu);
        let since = |from: Instant| {
            let times = crowd.live.iter().map(|seen| seen.at - from);
            sorted(times)
        };
        let without_pause = crowd.live.iter();
        let without_pause =
            without_pause.map(|seen| (seen.at - change.happened).saturating_sub(seen.pause));
        Ok(SessionResult {
            cpu: cpu.as_secs_f64() / started.elapsed().as_secs_f64(),
            announcement_to_file: announcement_written - announced,
            provider_to_gateway: change.acknowledged - change.happened,
            gateway_to_file: live_written.saturating_duration_since(change.acknowledged),
            file_to_app: since(live_written),
            provider_to_app: since(change.happened),
            without_pause: sorted(without_pause),
            crowd,
            pollers,
            requests: 0,
        })
    }
}

fn sorted(times: impl Iterator<Item = Duration>) -> Vec<Duration> {
    let mut times: Vec<_> = times.collect();
    times.sort_unstable();
    times
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

/// The tables of the sessions and of the edges.
fn tables(results: &[SessionResult], counts: &[RequestCounts]) -> String {
    let mut sessions = Table::new([
        "apps",
        "requests/s",
        "announced → file",
        "provider → gateway",
        "gateway → file",
        "file → app p50",
        "p99",
        "provider → app p50",
        "p99",
        "p99 without the app's pause",
        "gateway, of a core",
    ]);
    for it in results {
        sessions.row([
            count(it.pollers.into()),
            whole(float(it.requests) / SESSION_DURATION.as_secs_f64()),
            seconds(it.announcement_to_file),
            seconds(it.provider_to_gateway),
            seconds(it.gateway_to_file),
            seconds(percentile(&it.file_to_app, 50)),
            seconds(percentile(&it.file_to_app, 99)),
            seconds(percentile(&it.provider_to_app, 50)),
            seconds(percentile(&it.provider_to_app, 99)),
            seconds(percentile(&it.without_pause, 99)),
            ratio(it.cpu),
        ]);
    }
    let mut edges = Table::new(["edge", "requests", "to the origin", "hit ratio"]);
    let names = ["the crowd's", "5 a second", "100 a second"];
    for (name, counts) in names.into_iter().zip(counts) {
        edges.row([
            name.to_owned(),
            count(counts.requests),
            count(counts.origin_requests),
            ratio(counts.hit_ratio()),
        ]);
    }
    format!("{}\n{}\n", sessions.markdown(), edges.markdown())
}

/// Checks the results against the limits of `docs/LIVE.md`.
fn evaluate(
    results: &[SessionResult],
    counts: &[RequestCounts],
    elapsed: Duration,
    failed: u64,
) -> (String, BudgetCheck) {
    // Apps poll every three to five seconds from one minute before the start until ten minutes after it.
    let bound = EDGE_CACHE_LIFETIME + Duration::from_secs(5) + PROCESSING_ALLOWANCE;
    let at_most = |allowed: Duration, of: fn(&SessionResult) -> &Vec<Duration>| {
        results.iter().all(|it| percentile(of(it), 99) <= allowed)
    };
    let sum = |count: fn(&Crowd) -> u64| results.iter().map(|it| count(&it.crowd)).sum::<u64>();
    let missed = |saw: fn(&Crowd) -> u64| {
        let apps = results.iter().map(|it| u64::from(it.pollers)).sum::<u64>();
        apps - sum(saw)
    };
    let (missed_live, missed_end) = (missed(|it| it.live.len() as u64), missed(|it| it.ended));
    let small_cpu = results.first().map_or(0.0, |it| it.cpu);
    let max_cpu = results.iter().skip(1).map(|it| it.cpu).fold(0.0, f64::max);
    let max_origin_requests = float(elapsed.as_secs()) / 2.0 + 1.0;
    let mut checks = vec![
        (
            format!(
                "every app saw the session on air ({missed_live} did not), and over ({missed_end} did not)"
            ),
            missed_live + missed_end == 0,
        ),
        (
            format!("no answer failed ({} did)", sum(|it| it.failed) + failed),
            sum(|it| it.failed) + failed == 0,
        ),
        (
            format!(
                "the file never went back ({} answers were older)",
                sum(|it| it.stale)
            ),
            sum(|it| it.stale) == 0,
        ),
        (
            format!("provider → app p99 at most {} s", seconds(bound)),
            at_most(bound, |it| &it.provider_to_app),
        ),
        (
            format!(
                "the same without the app's own pause at most {} s",
                seconds(EDGE_CACHE_LIFETIME + PROCESSING_ALLOWANCE)
            ),
            at_most(EDGE_CACHE_LIFETIME + PROCESSING_ALLOWANCE, |it| {
                &it.without_pause
            }),
        ),
        (
            format!(
                "the origin is asked at most once in two seconds by each edge (of {} s)",
                elapsed.as_secs()
            ),
            counts
                .iter()
                .all(|it| float(it.origin_requests) <= max_origin_requests),
        ),
        (
            format!(
                "the gateway takes at most {MAX_CPU_GROWTH} times as much with ten times the crowd ({:.2})",
                max_cpu / small_cpu
            ),
            max_cpu <= small_cpu * MAX_CPU_GROWTH,
        ),
    ];
    for ((rate, min_hit_ratio), counts) in STEADY_LOAD.into_iter().zip(counts).skip(1) {
        let kept = counts.hit_ratio() > min_hit_ratio;
        checks.push((
            format!("hit ratio above {min_hit_ratio} at {rate} a second"),
            kept,
        ));
    }
    let mut text = String::new();
    for (check, kept) in &checks {
        text += &format!("- {}: {check}\n", if *kept { "kept" } else { "BROKEN" });
    }
    (text, BudgetCheck::of(checks.iter().all(|(_, kept)| *kept)))
}
