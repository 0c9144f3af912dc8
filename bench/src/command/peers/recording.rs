//! The statements that servers send for Today.

use crate::{
    environment::Environment,
    operation::Prepared,
    service::Service,
    statement_log::{LoggedStatement, StatementLog},
};

/// The number of requests in which statements are counted, of different members.
const COUNTED_REQUESTS: usize = 100;

/// The number of members whose statements pgbench repeats. Each of its connections prepares those of each member.
const RECORDED_MEMBERS: usize = 20;

/// What was recorded.
pub(super) struct Recording {
    /// Statements for each request, by server; those that begin and end transactions included.
    pub(super) counts: Vec<f64>,
    /// The statements of the first server for each of some members.
    pub(super) members: Vec<Vec<LoggedStatement>>,
}

impl Recording {
    /// Sends requests to each server while all statements are logged. The servers must be warm.
    pub(super) async fn of(
        services: &[Service],
        environment: &Environment,
        prepared: &Prepared,
    ) -> anyhow::Result<Self> {
        let client = reqwest::Client::new();
        let mut log = StatementLog::open(environment).await?;
        let mut counts = Vec::new();
        for service in services {
            let url = service.url("/graphql");
            let requests = prepared.requests.iter().take(COUNTED_REQUESTS);
            let sent = u32::try_from(requests.len())?;
            log.skip()?;
            for request in requests {
                request.send(&client, &url, false).await?.bytes().await?;
            }
            let statements = u32::try_from(log.take()?.len())?;
            counts.push(f64::from(statements) / f64::from(sent));
        }
        let url = services[0].url("/graphql");
        let mut members = Vec::new();
        for request in prepared.requests.iter().take(RECORDED_MEMBERS) {
            log.skip()?;
            request.send(&client, &url, false).await?.bytes().await?;
            members.push(log.take()?);
        }
        log.close().await?;
        Ok(Self {
            counts,
            members: without_others(members),
        })
    }
}

/// Leaves out what the server sends in between of its own accord: statements that not every member has.
fn without_others(members: Vec<Vec<LoggedStatement>>) -> Vec<Vec<LoggedStatement>> {
    let all = members.clone();
    let is_of_all = |statement: &LoggedStatement| {
        all.iter()
            .all(|statements| statements.iter().any(|it| it.sql == statement.sql))
    };
    let kept = members.into_iter().map(|mut statements| {
        statements.retain(is_of_all);
        statements
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::{LoggedStatement, without_others};

    #[test]
    fn what_not_every_member_has_is_left_out() {
        let statements = |all: &[&str]| -> Vec<_> {
            let statements = all.iter().copied();
            statements
                .map(|sql| LoggedStatement::new(sql, [].into_iter()))
                .collect()
        };
        let recorded = vec![statements(&["a", "b"]), statements(&["a", "version", "b"])];
        let wanted = [statements(&["a", "b"]), statements(&["a", "b"])];
        assert_eq!(without_others(recorded), wanted);
    }
}
