//! `coach-bench answers`: that an answer waits for nothing but the database.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use chrono::{DateTime, Utc};
use coach_domain::{
    clock::{Clock as _, SystemClock},
    database::Pool,
    id::{CycleId, MemberId, OpaqueId as _},
};
use reqwest::Client;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::{Value, json};

use super::{Scene, Verdict};
use crate::{
    cli::{AnswersOptions, Common},
    deaf, gateway,
    operation::Request,
    report::{ratio, spread, table::Table},
    say,
    service::Service,
    stage::Stage,
    statistics::Spread,
    work,
};

const VERB: &str = "answers";

/// How much longer the median may take.
const LIMIT: f64 = 1.2;

const SUBMIT_CHECK_IN: &str = include_str!("../../../schema/operations/SubmitCheckIn.graphql");

/// Nobody is to be reminded of anything: thousands of letters would be on their way.
const AT_REST: &str =
    "UPDATE subscription SET trial_ends_at = NULL, expires_at = NULL, grace_ends_at = NULL";

/// Their cycles ended three weeks ago, too long for a reminder: what they have not done yet is their check-in.
const DUE: &str = "
    UPDATE cycle AS c
    SET starts_on = current_date - 49
    FROM member AS m
    WHERE c.closed_on IS NULL AND m.id = c.member_id AND m.subject = ANY($1)
    RETURNING m.subject, c.member_id, c.id";

/// A gateway with workers over a database of its own.
struct Server {
    service: Service,
    pool: Pool,
    /// Check-ins that were not submitted yet.
    due: Vec<Request>,
}

/// Submits check-ins to servers in turn, of which some lack something.
pub(super) async fn run(common: &Common, options: AnswersOptions) -> anyhow::Result<Verdict> {
    let scene = Scene::set(VERB, common).await?;
    let subjects = &scene.subjects;
    let needed = usize::try_from(options.check_ins * (options.rounds + 1))?;
    ensure!(
        subjects.len() >= needed,
        "{needed} members are needed, and {} can check in: more --members, or fewer --check-ins and --rounds",
        subjects.len()
    );
    let partner = deaf::partner().await?;
    let deaf = deaf::listen().await?;
    let without_mail = [
        ("COACH_MAIL", format!("smtp://{deaf}")),
        ("COACH_MAIL_FROM", "bench@coach.test".to_owned()),
        ("COACH_MAIL_APP_URL", "https://coach.test".to_owned()),
        ("COACH_MAIL_IMPRINT", "Bench, 1 Test Street".to_owned()),
        ("COACH_PARTNERS", deaf::partners(&format!("http://{deaf}"))),
    ];
    let mut without_all = without_mail.to_vec();
    without_all.extend(deaf::queue(&deaf));
    let usual = [("COACH_PARTNERS", deaf::partners(&partner))];
    let mut servers = [
        Server::start("all there", "bench_answers_1", &scene, Some(&usual)).await?,
        Server::start(
            "without mail and partner",
            "bench_answers_2",
            &scene,
            Some(&without_mail),
        )
        .await?,
        Server::start(
            "without queue, mail and partner",
            "bench_answers_3",
            &scene,
            Some(&without_all),
        )
        .await?,
        Server::start("nothing behind", "bench_answers_4", &scene, None).await?,
    ];
    let mut medians: [Vec<f64>; 4] = Default::default();
    for round in 0..=options.rounds {
        for turn in 0..servers.len() {
            // Another one is the first in each round.
            let place = (turn + round as usize) % servers.len();
            let median = servers[place].submit(options.check_ins).await?;
            // The first is for warming up.
            if round > 0 {
                medians[place].push(median);
            }
        }
        say(&format!("  round {round} of {}", options.rounds));
    }
    let usual = &medians[0];
    let mut table = Table::new([
        "server",
        "p50 ms, the least",
        "median",
        "the most",
        "ratio to the first",
    ]);
    let mut kept = true;
    for (server, medians) in servers.iter().zip(&medians) {
        let ratios = Spread::of(medians.iter().zip(usual).map(|(one, usual)| one / usual));
        let (ratios, all) = (
            ratios.context("no round")?,
            Spread::of(medians.iter().copied()),
        );
        let all = all.context("no round")?;
        kept &= ratios.median <= LIMIT;
        table.row([
            server.service.name.to_owned(),
            ratio(all.least),
            ratio(all.median),
            ratio(all.most),
            spread(&ratios),
        ]);
    }
    let unsent = servers[2].unsent().await?;
    // Or else nothing was away.
    kept &= unsent > 0;
    let verdict = Verdict::of(kept);
    let body = format!(
        "submitCheckIn, one after the other, {} for each of {} runs; `coach serve --with-workers` in turn, each over a \
         database of its own, and paused meanwhile. What is away takes connections and says nothing. With all there the \
         work on letters takes the same cores; with nothing behind, which is `coach serve` alone, there is no work.\n\n{}\n\
         - effects that wait for the queue in the end: {unsent}\n- at most {LIMIT} times as long: {}\n",
        options.check_ins,
        options.rounds,
        table.markdown(),
        verdict.word()
    );
    scene.publish(common, &body)?;
    Ok(verdict)
}

impl Server {
    /// Without settings of what is behind it there is nothing.
    async fn start(
        name: &'static str,
        database: &str,
        scene: &Scene,
        behind: Option<&[(&str, String)]>,
    ) -> anyhow::Result<Self> {
        let url = scene.stage.copy(database).await?;
        let pool = work::connect(&url).await?;
        let due = due(&pool, &scene.stage, &scene.subjects).await?;
        let mut settings = vec![("COACH_DATABASE_URL", url)];
        let service = if let Some(behind) = behind {
            settings.extend_from_slice(behind);
            gateway::start_with_workers(name, &scene.stage, &settings).await?
        } else {
            gateway::start(name, &scene.stage, &settings).await?
        };
        service.pause()?;
        Ok(Self { service, pool, due })
    }

    /// The median of so many answers, in milliseconds.
    async fn submit(&mut self, count: u32) -> anyhow::Result<f64> {
        self.service.go_on()?;
        let client = Client::new();
        let url = self.service.url("/graphql");
        let mut took = Vec::new();
        for _ in 0..count {
            let request = self.due.pop().context("nobody is left who can check in")?;
            let begun = Instant::now();
            let answer: Value = request.send(&client, &url, false).await?.json().await?;
            took.push(begun.elapsed());
            let errors = &answer["data"]["submitCheckIn"]["userErrors"];
            ensure!(errors == &json!([]), "a check-in was refused: {answer}");
        }
        self.service.pause()?;
        took.sort_unstable();
        let middle: Duration = took[took.len() / 2];
        Ok(middle.as_secs_f64() * 1_000.0)
    }

    async fn unsent(&self) -> anyhow::Result<i64> {
        let sql = "SELECT count(*) FROM outbox WHERE sent_at IS NULL";
        crate::stage::value(&self.pool, sql).await
    }
}

/// Makes everybody's check-in due, and the requests that submit them.
async fn due(pool: &Pool, stage: &Stage, subjects: &[String]) -> anyhow::Result<Vec<Request>> {
    pool.execute_unprepared(AT_REST).await?;
    let now: DateTime<Utc> = SystemClock.now();
    let statement =
        Statement::from_sql_and_values(DbBackend::Postgres, DUE, [subjects.to_vec().into()]);
    let rows = pool.query_all_raw(statement).await?;
    let requests = rows.iter().map(|row| {
        let subject: String = row.try_get_by_index(0)?;
        let cycle = CycleId {
            member: MemberId(row.try_get_by_index(1)?),
            id: row.try_get_by_index(2)?,
        };
        let input = json!({
            "idempotencyKey": cycle.id.to_string(),
            "cycleId": cycle.encode(),
            "weightGrams": 70_000,
            "energy": 4,
            "sleep": 3,
        });
        let body = json!({ "query": SUBMIT_CHECK_IN, "variables": { "input": input } });
        Ok(Request {
            token: stage.issuer.token(&subject, &[], now)?,
            body: body.to_string(),
        })
    });
    requests.collect()
}
