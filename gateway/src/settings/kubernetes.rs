//! Recognizes the environment variables that Kubernetes sets in every container of a namespace for each Service. Those
//! of Services whose names start with `coach` look like settings.
//! <https://kubernetes.io/docs/tutorials/services/connect-applications-service/#environment-variables>

/// Whether a variable, given by its lowercase name without `coach_`, is set by Kubernetes for a Service `coach`
/// (`coach_service_host`, `coach_service_port_http`, `coach_port`, `coach_port_8080_tcp_addr`) or `coach-…`.
pub(super) fn is_of_service(name: &str, value: &str) -> bool {
    let ends_with = |suffix: &str| {
        let service = name.strip_suffix(suffix);
        service.is_some_and(|service| service.is_empty() || service.ends_with('_'))
    };
    // COACH_PORT=8080 is more likely a mistaken setting, and is to be reported.
    ends_with("service_host")
        || is_service_port(name)
        || is_port_part(name)
        || ends_with("port") && is_endpoint(value)
}

/// `service_port`, and `service_port_http` for a port with a name.
fn is_service_port(name: &str) -> bool {
    let mut places = name.match_indices("service_port");
    places.any(|(at, found)| {
        let (before, after) = (&name[..at], &name[at + found.len()..]);
        (before.is_empty() || before.ends_with('_')) && (after.is_empty() || after.starts_with('_'))
    })
}

/// `tcp://10.0.0.11:8080`
fn is_endpoint(value: &str) -> bool {
    let address = value.split_once("://");
    address.is_some_and(|(protocol, address)| {
        is_protocol(protocol)
            && address
                .rsplit_once(':')
                .is_some_and(|(_, port)| port.parse::<u16>().is_ok())
    })
}

/// `port_8080_tcp`, and `port_8080_tcp_proto`, `…_port`, `…_addr`.
fn is_port_part(name: &str) -> bool {
    let mut words = name.split('_').rev().peekable();
    words.next_if(|word| matches!(*word, "proto" | "port" | "addr"));
    words.next().is_some_and(is_protocol)
        && words.next().is_some_and(|port| port.parse::<u16>().is_ok())
        && words.next() == Some("port")
}

fn is_protocol(word: &str) -> bool {
    matches!(word, "tcp" | "udp" | "sctp")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_kubernetes_services_are_distinguished_from_settings() {
        let endpoint = "tcp://10.0.0.11:8080";
        for (name, value) in [
            ("service_host", "10.0.0.11"),
            ("service_port", "8080"),
            ("service_port_http", "8080"),
            ("port", endpoint),
            ("port", "tcp://[fd00::1]:8080"),
            ("port_8080_tcp", endpoint),
            ("port_8080_tcp_proto", "tcp"),
            ("port_8080_tcp_port", "8080"),
            ("port_8080_tcp_addr", "10.0.0.11"),
            ("port_53_udp_addr", "10.0.0.11"),
            // Of a Service `coach-worker`.
            ("worker_service_host", "10.0.0.12"),
            ("worker_service_port_health", "8080"),
            ("worker_port", endpoint),
            ("worker_port_8080_tcp_addr", "10.0.0.12"),
        ] {
            assert!(is_of_service(name, value), "{name}={value}");
        }
        for (name, value) in [
            ("port", "8080"),
            ("listen", endpoint),
            ("support", endpoint),
            ("google_service_account", "key.json"),
            ("port_http_tcp", endpoint),
            ("port_8080", "8080"),
            ("myservice_host", "10.0.0.11"),
            ("service_portal", "8080"),
        ] {
            assert!(!is_of_service(name, value), "{name}={value}");
        }
    }
}
