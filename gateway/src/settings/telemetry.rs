//! Whether telemetry is exported, by OpenTelemetry's standard environment variables. The SDK reads the rest of them.

use super::{Error, Sources};

/// Which signals are exported by OTLP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TelemetrySettings {
    /// `OTEL_SDK_DISABLED`: metrics are not even collected.
    pub disabled: bool,
    /// Whether traces are exported.
    pub traces: bool,
    /// Whether metrics are exported.
    pub metrics: bool,
}

impl TelemetrySettings {
    /// Nothing is exported unless an endpoint is set.
    pub(super) fn read(sources: &Sources) -> Result<Self, Error> {
        let disabled = sources
            .variable("OTEL_SDK_DISABLED")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let is_exported = |signal: &str| {
            let endpoint = format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT");
            let has_endpoint = [endpoint.as_str(), "OTEL_EXPORTER_OTLP_ENDPOINT"]
                .into_iter()
                .any(|name| sources.variable(name).is_some());
            let exporter = format!("OTEL_{signal}_EXPORTER");
            let is_enabled = match sources.variable(&exporter) {
                None | Some("otlp") => true,
                Some("none") => false,
                Some(value) => return Err(unsupported(&exporter, value, "`otlp` or `none`")),
            };
            let protocol = format!("OTEL_EXPORTER_OTLP_{signal}_PROTOCOL");
            for name in [protocol.as_str(), "OTEL_EXPORTER_OTLP_PROTOCOL"] {
                if let Some(value) = sources.variable(name).filter(|it| *it != "http/protobuf") {
                    let allowed = "`http/protobuf`, which collectors take on port 4318";
                    return Err(unsupported(name, value, allowed));
                }
            }
            Ok(has_endpoint && is_enabled && !disabled)
        };
        Ok(Self {
            disabled,
            traces: is_exported("TRACES")?,
            metrics: is_exported("METRICS")?,
        })
    }
}

fn unsupported(name: &str, value: &str, allowed: &'static str) -> Error {
    Error::Telemetry {
        name: name.to_owned(),
        value: value.to_owned(),
        allowed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<(bool, bool), String> {
        let sources = Sources {
            environment: (variables.iter())
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..Sources::default()
        };
        let read = TelemetrySettings::read(&sources).map_err(|error| error.to_string())?;
        Ok((read.traces, read.metrics))
    }

    #[test]
    fn an_endpoint_enables_export() {
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
        for (variables, sent) in [
            (&[][..], (false, false)),
            (&[("OTEL_TRACES_EXPORTER", "otlp")], (false, false)),
            (&[endpoint], (true, true)),
            (&[("OTEL_EXPORTER_OTLP_ENDPOINT", "")], (false, false)),
            (
                &[(
                    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
                    "http://collector:4318/v1/traces",
                )],
                (true, false),
            ),
            (&[endpoint, ("OTEL_TRACES_EXPORTER", "none")], (false, true)),
            (&[endpoint, ("OTEL_SDK_DISABLED", "true")], (false, false)),
            (
                &[endpoint, ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")],
                (true, true),
            ),
        ] {
            assert_eq!(read(variables), Ok(sent), "{variables:?}");
        }
    }

    #[test]
    fn unsupported_protocols_and_exporters_are_rejected() {
        let error = read(&[("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]).unwrap_err();
        assert!(
            error.contains("OTEL_EXPORTER_OTLP_PROTOCOL") && error.contains("4318"),
            "{error}"
        );
        let error = read(&[("OTEL_METRICS_EXPORTER", "prometheus")]).unwrap_err();
        assert!(
            error.contains("OTEL_METRICS_EXPORTER") && error.contains("`none`"),
            "{error}"
        );
    }
}
