//! Edges of a CDN: nginx servers, each with its own cache.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;

use crate::service::{self, Service};

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
        let miss_ratio = crate::statistics::float(self.origin_requests)
            / crate::statistics::float(self.requests);
        1.0 - miss_ratio
    }
}

impl Edges {
    /// Starts the edges in front of a gateway.
    pub(crate) async fn start(origin: SocketAddr, home: &Path) -> anyhow::Result<Self> {
        let folder = home.join("edges");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let mut addresses = [origin; COUNT];
        for address in &mut addresses {
            *address = service::free_address()?;
        }
        let configuration = folder.join("nginx.conf");
        fs::write(&configuration, nginx_conf(&folder, origin, &addresses))?;
        let log = folder.join("access.log");
        let mut command = Command::new("nginx");
        command.arg("-p").arg(&folder).arg("-c").arg(&configuration);
        command.args(["-e", "stderr"]);
        let service = Service::start("edge", addresses[0], command, home).await;
        Ok(Self {
            addresses,
            log,
            _service: service.context("nginx as the edge")?,
        })
    }

    /// The counts of each edge so far; the last second may be missing.
    pub(crate) fn counts(&self) -> anyhow::Result<[RequestCounts; COUNT]> {
        let mut counts = [RequestCounts::default(); COUNT];
        for line in fs::read_to_string(&self.log)?.lines() {
            let edge_index = |port: &str| {
                let port = port.parse().ok();
                let mut all = self.addresses.iter();
                all.position(|address| Some(address.port()) == port)
            };
            let (port, status) = line.split_once(' ').unwrap_or_default();
            if let Some(index) = edge_index(port) {
                counts[index].requests += 1;
                let from_cache = matches!(status, "HIT" | "STALE" | "UPDATING");
                counts[index].origin_requests += u64::from(!from_cache);
            }
        }
        Ok(counts)
    }
}

/// The configuration of nginx. Only one request at a time goes to the origin; others get the stale file meanwhile.
fn nginx_conf(folder: &Path, origin: SocketAddr, addresses: &[SocketAddr]) -> String {
    let user = if rustix::process::geteuid().is_root() {
        "user root;"
    } else {
        ""
    };
    let folder = folder.display();
    let mut servers = String::new();
    for (number, address) in addresses.iter().enumerate() {
        servers += &format!(
            "
    proxy_cache_path {folder}/cache-{number} keys_zone=edge{number}:1m;
    server {{
        listen {address} backlog=4096;
        location / {{ proxy_pass http://origin; }}
        location = /live/status.json {{
            proxy_pass http://origin;
            proxy_cache edge{number};
            access_log {folder}/access.log cache buffer=64k flush=1s;
        }}
    }}"
        );
    }
    format!(
        "{user}
daemon off;
pid {folder}/nginx.pid;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    log_format cache '$server_port $upstream_cache_status';
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    keepalive_requests 1000000;
    upstream origin {{ server {origin}; keepalive 8; }}
    proxy_http_version 1.1;
    proxy_set_header Connection '';
    # The lifetime is that of the file's `Cache-Control`: two seconds.
    proxy_cache_lock on;
    proxy_cache_revalidate on;
    proxy_cache_use_stale updating error timeout http_500 http_502 http_503 http_504;
{servers}
}}
"
    )
}
