//! The clock of this machine, compared with those of the database and of the identity provider.

use chrono::{DateTime, TimeDelta, Utc};
use coach_domain::{
    clock::{Clock as _, SystemClock},
    database::{self, Fetch as _, FromRow, Options, PoolMode, RowReader},
};
use coach_gateway::app;
use reqwest::header::DATE;
use sea_orm::DbErr;

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

/// The database's time.
struct DatabaseTime(DateTime<Utc>);

impl FromRow for DatabaseTime {
    fn from_row(row: &mut RowReader<'_>) -> Result<Self, DbErr> {
        Ok(Self(row.read()?))
    }
}

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
        let statement = database::statement("SELECT clock_timestamp()", []);
        let asked_at = SystemClock.now();
        let found = pool.fetch_one::<DatabaseTime>(statement).await;
        let answered_at = SystemClock.now();
        pool.close().await;
        match found {
            Ok(Some(time)) => compare(offset(time.0, TimeDelta::zero(), asked_at, answered_at)),
            Ok(None) => Findings::skipped("the server returned no time"),
            Err(error) => Findings::skipped(app::message_with_cause(&error)),
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
            Some(date) => compare(offset(
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

/// How far the other clock is ahead of ours, at least. It showed a time from `time` to `time + precision` between the two
/// times of ours.
fn offset(
    time: DateTime<Utc>,
    precision: TimeDelta,
    asked_at: DateTime<Utc>,
    answered_at: DateTime<Utc>,
) -> TimeDelta {
    let (least, most) = (time - answered_at, time + precision - asked_at);
    if least > TimeDelta::zero() {
        least
    } else {
        most.min(TimeDelta::zero())
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_slow_answer_may_hide_counts_as_right() {
        let at = |seconds: i64| DateTime::from_timestamp(1_000 + seconds, 0).expect("a time");
        let whole = TimeDelta::seconds(1);
        for (time, asked_at, answered_at, seconds) in [
            (at(0), at(0), at(0), 0),
            (at(5), at(0), at(10), 0),
            (at(15), at(0), at(10), 5),
            // The other clock showed 993 at the least and 994 at the most.
            (at(-7), at(0), at(10), -6),
        ] {
            let found = offset(time, whole, asked_at, answered_at);
            assert_eq!(found, TimeDelta::seconds(seconds));
        }
    }
}
