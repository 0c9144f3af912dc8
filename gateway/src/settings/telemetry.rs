//! Whether telemetry is exported, by OpenTelemetry's standard environment variables. The SDK reads the rest of them.

use super::{Error, Sources};

/// Which signals are exported by OTLP.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TelemetrySettings {
    /// `OTEL_SDK_DISABLED`: metrics are not even collected.
    pub disabled: bool,
    /// How traces are exported, if they are.
    pub traces: Option<OtlpProtocol>,
    /// How metrics are exported, if they are.
    pub metrics: Option<OtlpProtocol>,
    /// `OTEL_SERVICE_NAME`: the name of the service in telemetry, if it is not the default.
    pub service_name: Option<String>,
    /// Whether only a part of the requests that read is traced: unless `OTEL_TRACES_SAMPLER` says which are.
    pub samples_reads: bool,
}

/// The transport of OTLP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtlpProtocol {
    /// `http/protobuf`.
    HttpProtobuf,
    /// `grpc`.
    Grpc,
}

impl Sources {
    /// The variables that name an endpoint of telemetry, and their values.
    pub fn telemetry_endpoints(&self) -> Vec<(&'static str, String)> {
        let names = [
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
        ];
        let endpoints = names.into_iter();
        let endpoints = endpoints.filter_map(|name| Some((name, self.variable(name)?.to_owned())));
        endpoints.collect()
    }
}

impl TelemetrySettings {
    /// Nothing is exported unless an endpoint is set.
    pub(super) fn read(sources: &Sources) -> Result<Self, Error> {
        let disabled = sources
            .variable("OTEL_SDK_DISABLED")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let protocol = |signal: &str| {
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
            let general = protocol(sources, "OTEL_EXPORTER_OTLP_PROTOCOL")?;
            let own = protocol(sources, &format!("OTEL_EXPORTER_OTLP_{signal}_PROTOCOL"))?;
            let protocol = own.or(general).unwrap_or(OtlpProtocol::HttpProtobuf);
            Ok((has_endpoint && is_enabled && !disabled).then_some(protocol))
        };
        Ok(Self {
            disabled,
            traces: protocol("TRACES")?,
            metrics: protocol("METRICS")?,
            service_name: sources.variable("OTEL_SERVICE_NAME").map(str::to_owned),
            samples_reads: sources.variable("OTEL_TRACES_SAMPLER").is_none(),
        })
    }
}

fn protocol(sources: &Sources, name: &str) -> Result<Option<OtlpProtocol>, Error> {
    match sources.variable(name) {
        None => Ok(None),
        Some("http/protobuf") => Ok(Some(OtlpProtocol::HttpProtobuf)),
        Some("grpc") => Ok(Some(OtlpProtocol::Grpc)),
        Some(value) => {
            let allowed =
                "`http/protobuf`, which collectors take on port 4318, or `grpc`, on port 4317";
            Err(unsupported(name, value, allowed))
        }
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
    use super::{
        OtlpProtocol::{Grpc, HttpProtobuf},
        *,
    };

    type Exported = (Option<OtlpProtocol>, Option<OtlpProtocol>);

    fn read(variables: &[(&str, &str)]) -> Result<Exported, String> {
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
        for (variables, exported) in [
            (&[][..], (None, None)),
            (&[("OTEL_TRACES_EXPORTER", "otlp")], (None, None)),
            (&[endpoint], (Some(HttpProtobuf), Some(HttpProtobuf))),
            (&[("OTEL_EXPORTER_OTLP_ENDPOINT", "")], (None, None)),
            (
                &[(
                    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
                    "http://collector:4318/v1/traces",
                )],
                (Some(HttpProtobuf), None),
            ),
            (
                &[endpoint, ("OTEL_TRACES_EXPORTER", "none")],
                (None, Some(HttpProtobuf)),
            ),
            (&[endpoint, ("OTEL_SDK_DISABLED", "true")], (None, None)),
            (
                &[endpoint, ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")],
                (Some(HttpProtobuf), Some(HttpProtobuf)),
            ),
            (
                &[endpoint, ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")],
                (Some(Grpc), Some(Grpc)),
            ),
            (
                &[
                    endpoint,
                    ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
                    ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/protobuf"),
                ],
                (Some(Grpc), Some(HttpProtobuf)),
            ),
        ] {
            assert_eq!(read(variables), Ok(exported), "{variables:?}");
        }
    }

    #[test]
    fn unsupported_protocols_and_exporters_are_rejected() {
        let error = read(&[("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]).unwrap_err();
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
