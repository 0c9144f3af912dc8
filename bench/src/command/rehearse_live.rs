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
use tokio::{
    task::JoinSet,
    time::{sleep, sleep_until},
};

use super::start_minimal;
use crate::{
    cli::{Common, RehearseLiveOptions},
    environment::{Environment, create_empty_folder},
    format::{count, kept_or_broken, ratio, whole},
    gateway, install, log_progress, process,
    rehearsal::{
        API_KEY, Crowd, Edges, PATH_SECRET, Provider, RequestCounts, announce, announce_tomorrow,
        poll_steadily, wait_for_status_file,
    },
    report::table::Table,
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
    /// From the file to each app.
    file_to_app: Vec<Duration>,
    /// From the provider to each app.
    provider_to_app: Vec<Duration>,
    /// From the provider to each app without its polling interval.
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

pub(super) async fn run(common: &Common, options: RehearseLiveOptions) -> anyhow::Result<bool> {
    let nginx = install::NGINX.find_or_install()?;
    // The apps poll anonymously, so no members are needed.
    let (environment, heading) = start_minimal(VERB, common, &nginx).await?;
    let rehearsal = Rehearsal::start(environment).await?;
    let failed = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    // Aborts the tasks when dropped.
    let mut steady = JoinSet::new();
    for (edge, (rate, _)) in rehearsal.edges.addresses.into_iter().zip(STEADY_LOAD) {
        steady.spawn(poll_steadily(edge, rate, failed.clone()));
    }
    // The first session, with a tenth of the crowd, is also the warm-up.
    let mut results = vec![
        rehearsal
            .run_session(0, (options.pollers / 10).max(1))
            .await?,
    ];
    for number in 1..=options.sessions {
        results.push(rehearsal.run_session(number, options.pollers).await?);
    }
    drop(steady);
    let elapsed = started.elapsed();
    // Until the edges have flushed their log.
    sleep(Duration::from_millis(1_500)).await;
    let counts = rehearsal.edges.counts()?;
    let failed = failed.load(Ordering::Relaxed);
    let (checks, kept) = evaluate(&results, &counts, elapsed, failed);
    heading.publish(&(tables(&results, &counts) + &checks))?;
    Ok(kept)
}

impl Rehearsal {
    async fn start(environment: Environment) -> anyhow::Result<Self> {
        let objects = environment.home.join("rehearsal-objects");
        create_empty_folder(&objects)?;
        let provider = Provider::start().await?;
        let settings = [
            ("COACH_OBJECTS", objects.display().to_string()),
            ("COACH_BRIGHTCOVE_URL", provider.url.clone()),
            ("COACH_BRIGHTCOVE_API_KEY", API_KEY.to_owned()),
            ("COACH_WEBHOOK_BRIGHTCOVE_PATH", PATH_SECRET.to_owned()),
        ];
        let gateway =
            gateway::start("gateway", "serve --with-workers", &environment, &settings).await?;
        let edges = Edges::start(gateway.address, &environment.home).await?;
        let status_file = objects.join("live/status.json");
        announce_tomorrow(&environment, &gateway, &status_file).await?;
        Ok(Self {
            environment,
            gateway,
            provider,
            edges,
            status_file,
        })
    }

    /// Announces a session, starts the crowd, goes live, and ends the session.
    async fn run_session(&self, number: u32, pollers: u32) -> anyhow::Result<SessionResult> {
        log_progress(&format!(
            "session {number}: {} apps for {} seconds",
            count(pollers.into()),
            SESSION_DURATION.as_secs()
        ));
        let started = Instant::now();
        let job = format!("job-{number}");
        self.provider.create(&job);
        let requests = self.edges.counts()?[0].requests;
        let ahead = TimeDelta::seconds(8);
        let session = announce(&self.environment, &self.gateway, &job, ahead).await?;
        let cpu = process::cpu(self.gateway.pid())?;
        let announced = Instant::now();
        let wait_for = |state| wait_for_status_file(self.status_file.clone(), job.clone(), state);
        let announcement_written = wait_for(FileState::Scheduled).await?;
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
        let live_written = tokio::spawn(wait_for(FileState::Live));
        let change = self.provider.go_live(&job, &gateway).await?;
        let live_written = live_written.await??;
        sleep_until((started + WAITING_DURATION + ON_AIR_DURATION).into()).await;
        self.provider.finish(&job, &gateway).await?;
        let crowd = crowd.await?;
        let cpu = process::cpu(self.gateway.pid())?.saturating_sub(cpu);
        let seen_after = |from: Instant| {
            crowd
                .live
                .iter()
                .map(|seen| seen.at - from)
                .collect::<Vec<_>>()
        };
        let without_pause = crowd.live.iter();
        let without_pause =
            without_pause.map(|seen| (seen.at - change.happened).saturating_sub(seen.pause));
        Ok(SessionResult {
            cpu: cpu.as_secs_f64() / started.elapsed().as_secs_f64(),
            announcement_to_file: announcement_written - announced,
            provider_to_gateway: change.acknowledged - change.happened,
            gateway_to_file: live_written.saturating_duration_since(change.acknowledged),
            file_to_app: seen_after(live_written),
            provider_to_app: seen_after(change.happened),
            without_pause: without_pause.collect(),
            crowd,
            pollers,
            requests: self.edges.counts()?[0].requests - requests,
        })
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

/// The tables of the sessions and of the edges.
fn tables(results: &[SessionResult], counts: &[RequestCounts]) -> String {
    let mut sessions = Table::new(
        "apps | requests/s | announced → file | provider → gateway | gateway → file | file → app p50 | p99 | \
         provider → app p50 | p99 | p99 without the app's pause | gateway, of a core",
    );
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
    let mut edges = Table::new("edge | requests | to the origin | hit ratio");
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

/// Checks the results against the limits of `docs/LIVE.md`, and returns a list of the checks and whether all were kept.
fn evaluate(
    results: &[SessionResult],
    counts: &[RequestCounts],
    elapsed: Duration,
    failed: u64,
) -> (String, bool) {
    let sum = |count: fn(&Crowd) -> u64| results.iter().map(|it| count(&it.crowd)).sum::<u64>();
    let apps = results.iter().map(|it| u64::from(it.pollers)).sum::<u64>();
    let (mut list, mut all_kept) = (String::new(), true);
    let mut check = |kept: bool, limit: &str| {
        list += &format!("- {}: {limit}\n", kept_or_broken(kept));
        all_kept &= kept;
    };
    let missed_live = apps - sum(|it| it.live.len() as u64);
    let missed_end = apps - sum(|it| it.ended);
    check(
        missed_live + missed_end == 0,
        &format!(
            "every app saw the session on air ({missed_live} did not), and over ({missed_end} did not)"
        ),
    );
    let failed = sum(|it| it.failed) + failed;
    check(failed == 0, &format!("no answer failed ({failed} did)"));
    let stale = sum(|it| it.stale);
    check(
        stale == 0,
        &format!("the file never went back ({stale} answers were older)"),
    );
    // Apps poll every three to five seconds from one minute before the start until ten minutes after it.
    let without_pause = EDGE_CACHE_LIFETIME + PROCESSING_ALLOWANCE;
    let with_pause = without_pause + Duration::from_secs(5);
    let keeps = |it: &SessionResult| percentile(&it.provider_to_app, 99) <= with_pause;
    check(
        results.iter().all(keeps),
        &format!("provider → app p99 at most {} s", seconds(with_pause)),
    );
    let keeps = |it: &SessionResult| percentile(&it.without_pause, 99) <= without_pause;
    check(
        results.iter().all(keeps),
        &format!(
            "the same without the app's own pause at most {} s",
            seconds(without_pause)
        ),
    );
    let elapsed = elapsed.as_secs();
    let max_origin_requests = float(elapsed) / 2.0 + 1.0;
    let keeps = |it: &RequestCounts| float(it.origin_requests) <= max_origin_requests;
    check(
        counts.iter().all(keeps),
        &format!("the origin is asked at most once in two seconds by each edge (of {elapsed} s)"),
    );
    let small_cpu = results.first().map_or(0.0, |it| it.cpu);
    let max_cpu = results.iter().skip(1).map(|it| it.cpu).fold(0.0, f64::max);
    check(
        max_cpu <= small_cpu * MAX_CPU_GROWTH,
        &format!(
            "the gateway takes at most {MAX_CPU_GROWTH} times as much with ten times the crowd ({:.2})",
            max_cpu / small_cpu
        ),
    );
    for ((rate, min_hit_ratio), counts) in STEADY_LOAD.into_iter().zip(counts).skip(1) {
        check(
            counts.hit_ratio() > min_hit_ratio,
            &format!("hit ratio above {min_hit_ratio} at {rate} a second"),
        );
    }
    (list, all_kept)
}
