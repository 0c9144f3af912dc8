//! Reads the metrics that a server exposes under `/metrics`, in Prometheus' text format.

use anyhow::ensure;

use crate::service::Service;

/// The count of a histogram: the number of SQL statements.
const STATEMENTS: &str = "db_client_operation_duration_seconds_count";

/// The number of SQL statements since the start of the server; `None` if it has no metrics.
pub(crate) async fn statements(service: &Service) -> anyhow::Result<Option<f64>> {
    value(service, STATEMENTS).await
}

/// The sum of all series of a metric; `None` if the server has no metrics.
pub(crate) async fn value(service: &Service, metric: &str) -> anyhow::Result<Option<f64>> {
    let response = reqwest::Client::new()
        .get(service.url("/metrics"))
        .send()
        .await?;
    let status = response.status();
    if status == 404 {
        return Ok(None);
    }
    ensure!(status == 200, "/metrics answers {status}");
    Ok(Some(sum(&response.text().await?, metric)))
}

/// The sum of all series of a metric.
fn sum(text: &str, metric: &str) -> f64 {
    text.lines().filter_map(|line| sample(line, metric)).sum()
}

/// The value in a line `METRIC{LABELS} VALUE [TIME]` of this metric. The values of labels can contain any characters.
fn sample(line: &str, metric: &str) -> Option<f64> {
    let rest = line.strip_prefix(metric)?;
    let rest = match rest.strip_prefix('{') {
        Some(rest) => rest.rsplit_once('}')?.1,
        None => rest,
    };
    let value = rest.strip_prefix([' ', '\t'])?;
    value.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{STATEMENTS, sum};

    const TEXT: &str = r#"# HELP db_client_operation_duration_seconds Duration of database client operations.
# TYPE db_client_operation_duration_seconds histogram
db_client_operation_duration_seconds_bucket{db_operation_name="SELECT",le="0.005"} 690
db_client_operation_duration_seconds_sum{db_operation_name="SELECT"} 0.5
db_client_operation_duration_seconds_count{db_operation_name="SELECT"} 700
db_client_operation_duration_seconds_count{db_operation_name="INSERT",note="a } \" b"} 5 1712345678
db_client_operation_duration_seconds_counted 9999
http_server_request_duration_seconds_count{http_request_method="GET",http_route="/metrics"} 12
"#;

    #[test]
    fn counts_are_summed_over_labels() {
        let near = |one: f64, other: f64| (one - other).abs() < 1e-9;
        assert!(near(sum(TEXT, STATEMENTS), 705.0));
        assert!(near(
            sum(TEXT, "db_client_operation_duration_seconds_counted"),
            9999.0
        ));
        assert!(near(sum(TEXT, "db_client"), 0.0));
    }
}
