//! The clock of this machine, compared with those of the database and of the identity provider.

use chrono::{DateTime, TimeDelta};
use coach_domain::{
    clock::{Clock as _, SystemClock},
    database::{self, Options, PoolMode},
};
use coach_gateway::clock_offset;
use reqwest::header::DATE;

use super::{
    check::{Check, Findings},
    context::{Context, cause},
};

const DATABASE: &str = "clock: database";
const PROVIDER: &str = "clock: identity provider";

/// From which difference on it is a warning. Live sessions begin by the second.
const WARNING: TimeDelta = TimeDelta::seconds(2);

/// From which difference on it is a problem: tokens count as expired, or as not valid yet, and AWS refuses signatures
/// soon after.
const PROBLEM: TimeDelta = TimeDelta::seconds(30);

const MEND: &str = "have chrony or systemd-timesyncd set the clocks (timedatectl set-ntp true; on AWS from 169.254.169.123), on this \
     machine and on the other";

/// Both comparisons.
pub(super) async fn checks(context: &Context<'_>) -> Vec<Check> {
    let (of_database, of_provider) = tokio::join!(of_database(context), of_provider(context));
    vec![of_database, of_provider]
}

async fn of_database(context: &Context<'_>) -> Check {
    let Some(url) = &context.database_url else {
        return Check::skipped(DATABASE, "there is no database");
    };
    let look = async {
        let options = Options {
            max_connections: 1,
            acquire_timeout: context.timeout(),
            application_name: "coach-doctor".to_owned(),
            // It works without a pooler too.
            pool_mode: PoolMode::Transaction,
            ..Options::default()
        };
        let Ok(pool) = database::connect(url, &options).await else {
            return Findings::skipped("the database cannot be connected to");
        };
        let found = clock_offset::of_database(&pool, &SystemClock).await;
        pool.close().await;
        match found {
            Ok(offset) => compare(offset),
            Err(error) => Findings::skipped(error.message_with_cause()),
        }
    };
    context.check(DATABASE, &["database_"], MEND, look).await
}

async fn of_provider(context: &Context<'_>) -> Check {
    let Some(issuer) = &context.settings.auth.issuer else {
        return Check::skipped(PROVIDER, "COACH_AUTH_ISSUER is not set");
    };
    let look = async {
        let client = match context.http() {
            Ok(client) => client,
            Err(error) => return Findings::skipped(cause(&error)),
        };
        let asked_at = SystemClock.now();
        let response = match client.get(issuer.jwks_url.clone()).send().await {
            Ok(response) => response,
            Err(error) => {
                return Findings::skipped(format!("it is not reached: {}", cause(&error)));
            }
        };
        let answered_at = SystemClock.now();
        let date = response.headers().get(DATE);
        let date = date.and_then(|date| date.to_str().ok());
        match date.and_then(|date| DateTime::parse_from_rfc2822(date).ok()) {
            // It names whole seconds.
            Some(date) => compare(clock_offset::offset(
                date.into(),
                TimeDelta::seconds(1),
                asked_at,
                answered_at,
            )),
            None => Findings::skipped("its answer has no Date"),
        }
    };
    context.check(PROVIDER, &["auth_"], MEND, look).await
}

fn compare(offset: TimeDelta) -> Findings {
    let tenths = offset.num_milliseconds().abs() / 100;
    let seconds = format!("{}.{} s", tenths / 10, tenths % 10);
    if offset.abs() <= WARNING {
        return Findings::ok(format!("{seconds} apart"));
    }
    let direction = if offset > TimeDelta::zero() {
        "behind"
    } else {
        "ahead"
    };
    let what = format!("the clock of this machine is {seconds} {direction}");
    if offset.abs() > PROBLEM {
        Findings::problem(what, MEND)
    } else {
        Findings::warning(what, MEND)
    }
}
