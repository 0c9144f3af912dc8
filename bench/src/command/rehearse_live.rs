//! `coach-bench rehearse-live`: live sessions with a crowd, edges of a CDN, and a provider that repeats itself.

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

use super::Verdict;
use crate::{
    cli::{Common, RehearseLiveOptions},
    gateway, install, process,
    rehearsal::{Counts, Crowd, Edges, KEY, Provider, SECRET, announce, steadily, written},
    report::{Heading, count, ratio, table::Table, whole},
    say,
    service::Service,
    stage::Stage,
    statistics::{float, percentile},
};

const VERB: &str = "rehearse-live";

/// A session, from being announced to the last look at it.
const SESSION: Duration = Duration::from_secs(46);
/// In which all apps open.
const OPENING: Duration = Duration::from_secs(4);
/// From being announced to going on air, in which the crowd comes.
const WAITING: Duration = Duration::from_secs(12);
/// From then until it is over.
const ON_AIR: Duration = Duration::from_secs(10);

/// How long nginx keeps what has a lifetime of two seconds: it expires on whole ones.
const LIFETIME: Duration = Duration::from_secs(3);
/// From provider to viewer, beside the edge's lifetime and the pause between two questions.
const REST: Duration = Duration::from_millis(500);

/// Questions a second at each edge that are no app's, and the least part that it answers itself. The first has the crowd:
/// nginx hands what an edge had before it was idle to those who come in the same millisecond as the first.
const STEADY: [(u32, f64); 3] = [(1, 0.0), (5, 0.85), (100, 0.99)];

/// How much more of a core the gateway may take with ten times the crowd. Processor times vary with the load of a machine.
const GROWTH: f64 = 1.5;

/// What came of one session.
struct Played {
    crowd: Crowd,
    pollers: u32,
    requests: u64,
    /// Of a core, by the gateway.
    cpu: f64,
    announced: Duration,
    taken: Duration,
    written: Duration,
    /// From the file to each viewer, sorted.
    to_viewers: Vec<Duration>,
    /// From the provider to each viewer, sorted.
    whole: Vec<Duration>,
    /// The same without the viewer's own pause.
    without_pause: Vec<Duration>,
}

/// Everything that runs.
struct Scene {
    stage: Stage,
    gateway: Service,
    provider: Provider,
    edges: Edges,
    file: PathBuf,
}

pub(super) async fn run(common: &Common, options: RehearseLiveOptions) -> anyhow::Result<Verdict> {
    let nginx = install::NGINX.find()?;
    // Who polls is no member for the database.
    let common = common.without_load();
    let mut stage = Stage::set(&common).await?;
    stage.database_url = stage.copy("rehearsal").await?;
    let heading = Heading::new(VERB, &common, &stage, &nginx).await?;
    let scene = Scene::set(stage).await?;
    let failed = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let steady: Vec<_> = scene
        .edges
        .addresses
        .iter()
        .zip(STEADY)
        .map(|(edge, (rate, _))| tokio::spawn(steadily(*edge, rate, failed.clone())))
        .collect();
    let mut played = Vec::new();
    let small = (options.pollers / 10).max(1);
    for (number, pollers) in std::iter::once(small)
        .chain(std::iter::repeat_n(
            options.pollers,
            usize::try_from(options.sessions)?,
        ))
        .enumerate()
    {
        let before = scene.edges.counts()?[0];
        let mut session = scene.play(number, pollers).await?;
        session.requests = scene.edges.counts()?[0].requests - before.requests;
        played.push(session);
    }
    for task in steady {
        task.abort();
    }
    let lasted = begun.elapsed();
    // Until the edges have written what they keep of their log.
    sleep(Duration::from_millis(1_500)).await;
    let counts = scene.edges.counts()?;
    let failed = failed.load(Ordering::Relaxed);
    let (promises, verdict) = judge(&played, &counts, lasted, failed);
    heading.publish(&common, &(tables(&played, &counts) + &promises))?;
    Ok(verdict)
}

impl Scene {
    async fn set(stage: Stage) -> anyhow::Result<Self> {
        let objects = stage.home.join("rehearsal-objects");
        let _ = std::fs::remove_dir_all(&objects);
        std::fs::create_dir_all(&objects)?;
        let provider = Provider::start().await?;
        let set = [
            ("COACH_OBJECTS", objects.display().to_string()),
            ("COACH_BRIGHTCOVE_URL", provider.url.clone()),
            ("COACH_BRIGHTCOVE_API_KEY", KEY.to_owned()),
            ("COACH_WEBHOOK_BRIGHTCOVE_PATH", SECRET.to_owned()),
        ];
        let gateway = gateway::start_with_workers("gateway", &stage, &set).await?;
        let edges = Edges::start(gateway.address, &stage.home).await?;
        let scene = Self {
            file: objects.join("live/status.json"),
            stage,
            gateway,
            provider,
            edges,
        };
        // From the first announcement on there is a file.
        announce(&scene.stage, &scene.gateway, "tomorrow", TimeDelta::days(1)).await?;
        written(
            scene.file.clone(),
            "tomorrow".to_owned(),
            FileState::Scheduled,
        )
        .await?;
        Ok(scene)
    }

    /// Announces a session, has a crowd come, goes on air, and ends.
    async fn play(&self, number: usize, pollers: u32) -> anyhow::Result<Played> {
        say(&format!(
            "session {number}: {} apps for {} seconds",
            count(pollers.into()),
            SESSION.as_secs()
        ));
        let begun = Instant::now();
        let job = format!("job-{number}");
        self.provider.create(&job);
        let session = announce(&self.stage, &self.gateway, &job, TimeDelta::seconds(8)).await?;
        let cpu = process::cpu(self.gateway.pid())?;
        let announced = Instant::now();
        let shown = written(self.file.clone(), job.clone(), FileState::Scheduled).await?;
        // Until no edge shows the session before, after which apps ask seldom.
        sleep_until((shown + LIFETIME + REST).into()).await;
        let crowd = tokio::spawn({
            let edge = self.edges.addresses[0];
            let (opening, until) = (OPENING, begun + SESSION);
            async move { Crowd::gather(edge, &session, pollers, opening, until).await }
        });
        sleep_until((begun + WAITING).into()).await;
        let gateway = self.gateway.url("");
        let written = tokio::spawn(written(self.file.clone(), job.clone(), FileState::Live));
        let told = self.provider.go_live(&job, &gateway).await?;
        let written = written.await??;
        sleep_until((begun + WAITING + ON_AIR).into()).await;
        self.provider.finish(&job, &gateway).await?;
        let crowd = crowd.await?;
        let cpu = process::cpu(self.gateway.pid())?.saturating_sub(cpu);
        let since = |from: Instant| {
            let times = crowd.live.iter().map(|seen| seen.at - from);
            sorted(times)
        };
        let pauses = crowd.live.iter();
        let pauses = pauses.map(|seen| (seen.at - told.happened).saturating_sub(seen.pause));
        Ok(Played {
            cpu: cpu.as_secs_f64() / begun.elapsed().as_secs_f64(),
            announced: shown - announced,
            taken: told.taken - told.happened,
            written: written.saturating_duration_since(told.taken),
            to_viewers: since(written),
            whole: since(told.happened),
            without_pause: sorted(pauses),
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

/// The sessions, and the edges.
fn tables(played: &[Played], counts: &[Counts]) -> String {
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
    for it in played {
        sessions.row([
            count(it.pollers.into()),
            whole(float(it.requests) / SESSION.as_secs_f64()),
            seconds(it.announced),
            seconds(it.taken),
            seconds(it.written),
            seconds(percentile(&it.to_viewers, 50)),
            seconds(percentile(&it.to_viewers, 99)),
            seconds(percentile(&it.whole, 50)),
            seconds(percentile(&it.whole, 99)),
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
            count(counts.origin),
            ratio(counts.hit_ratio()),
        ]);
    }
    format!("{}\n{}\n", sessions.markdown(), edges.markdown())
}

/// Whether everything is as it was promised.
fn judge(played: &[Played], counts: &[Counts], lasted: Duration, failed: u64) -> (String, Verdict) {
    // Every three to five seconds in the last minute before the start, and until ten after.
    let bound = LIFETIME + Duration::from_secs(5) + REST;
    let at_most = |allowed: Duration, of: fn(&Played) -> &Vec<Duration>| {
        played.iter().all(|it| percentile(of(it), 99) <= allowed)
    };
    let all = |what: fn(&Crowd) -> u64| played.iter().map(|it| what(&it.crowd)).sum::<u64>();
    let missed = |saw: fn(&Crowd) -> u64| {
        let apps = played.iter().map(|it| u64::from(it.pollers)).sum::<u64>();
        apps - all(saw)
    };
    let (off, endless) = (missed(|it| it.live.len() as u64), missed(|it| it.over));
    let least = played.first().map_or(0.0, |it| it.cpu);
    let most = played.iter().skip(1).map(|it| it.cpu).fold(0.0, f64::max);
    let origin = float(lasted.as_secs()) / 2.0 + 1.0;
    let mut promises = vec![
        (
            format!(
                "every app saw the session on air ({off} did not), and over ({endless} did not)"
            ),
            off + endless == 0,
        ),
        (
            format!("no answer failed ({} did)", all(|it| it.failed) + failed),
            all(|it| it.failed) + failed == 0,
        ),
        (
            format!(
                "the file never went back ({} answers were older)",
                all(|it| it.backwards)
            ),
            all(|it| it.backwards) == 0,
        ),
        (
            format!("provider → app p99 at most {} s", seconds(bound)),
            at_most(bound, |it| &it.whole),
        ),
        (
            format!(
                "the same without the app's own pause at most {} s",
                seconds(LIFETIME + REST)
            ),
            at_most(LIFETIME + REST, |it| &it.without_pause),
        ),
        (
            format!(
                "the origin is asked at most once in two seconds by each edge (of {} s)",
                lasted.as_secs()
            ),
            counts.iter().all(|it| float(it.origin) <= origin),
        ),
        (
            format!(
                "the gateway takes at most {GROWTH} times as much with ten times the crowd ({:.2})",
                most / least
            ),
            most <= least * GROWTH,
        ),
    ];
    for ((rate, least), counts) in STEADY.into_iter().zip(counts).skip(1) {
        let kept = counts.hit_ratio() > least;
        promises.push((format!("hit ratio above {least} at {rate} a second"), kept));
    }
    let mut text = String::new();
    for (promise, kept) in &promises {
        text += &format!("- {}: {promise}\n", if *kept { "kept" } else { "BROKEN" });
    }
    (text, Verdict::of(promises.iter().all(|(_, kept)| *kept)))
}
