//! Edges of a CDN: nginx servers, each with its own cache.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use crate::{
    nginx,
    service::{self, Service},
    statistics::float,
};

/// The number of edges.
const COUNT: usize = 3;

/// All edges, in one nginx process.
pub(crate) struct Edges {
    /// The address of each edge.
    pub(crate) addresses: [SocketAddr; COUNT],
    log: PathBuf,
    _service: Service,
}

/// The requests to an edge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RequestCounts {
    pub(crate) requests: u64,
    /// The requests that the edge forwarded to the origin.
    pub(crate) origin_requests: u64,
}

impl RequestCounts {
    /// The share of requests that were served from the cache.
    pub(crate) fn hit_ratio(self) -> f64 {
        1.0 - float(self.origin_requests) / float(self.requests)
    }
}

impl Edges {
    /// Starts the edges in front of a gateway.
    pub(crate) async fn start(origin: SocketAddr, home: &Path) -> anyhow::Result<Self> {
        let mut addresses = [origin; COUNT];
        for address in &mut addresses {
            *address = service::free_address()?;
        }
        let http = nginx_http(origin, &addresses);
        Ok(Self {
            _service: nginx::start("edges", addresses[0], home, "1", &http).await?,
            addresses,
            log: home.join("edges/access.log"),
        })
    }

    /// The counts of each edge so far; the last second may be missing.
    pub(crate) fn counts(&self) -> anyhow::Result<[RequestCounts; COUNT]> {
        let mut counts = [RequestCounts::default(); COUNT];
        for line in fs::read_to_string(&self.log)?.lines() {
            let (port, status) = line.split_once(' ').unwrap_or_default();
            let port = port.parse().ok();
            let mut addresses = self.addresses.iter();
            if let Some(index) = addresses.position(|it| Some(it.port()) == port) {
                counts[index].requests += 1;
                let from_cache = matches!(status, "HIT" | "STALE" | "UPDATING");
                counts[index].origin_requests += u64::from(!from_cache);
            }
        }
        Ok(counts)
    }
}

/// The configuration of nginx. Only one request at a time goes to the origin; others get the stale file meanwhile.
fn nginx_http(origin: SocketAddr, addresses: &[SocketAddr]) -> String {
    let mut servers = String::new();
    for (number, address) in addresses.iter().enumerate() {
        servers += &format!(
            "
    proxy_cache_path cache-{number} keys_zone=edge{number}:1m;
    server {{
        listen {address} backlog=4096;
        location / {{ proxy_pass http://origin; }}
        location = /live/status.json {{
            proxy_pass http://origin;
            proxy_cache edge{number};
            access_log access.log cache buffer=64k flush=1s;
        }}
    }}"
        );
    }
    format!(
        "    log_format cache '$server_port $upstream_cache_status';
    upstream origin {{ server {origin}; keepalive 8; }}
    proxy_http_version 1.1;
    proxy_set_header Connection '';
    # The lifetime is that of the file's `Cache-Control`: two seconds.
    proxy_cache_lock on;
    proxy_cache_revalidate on;
    proxy_cache_use_stale updating error timeout http_500 http_502 http_503 http_504;
{servers}"
    )
}
