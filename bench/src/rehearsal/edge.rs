//! Edges of a CDN: nginx, each with a cache of its own.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;

use crate::service::{self, Service};

/// How many there are.
const COUNT: usize = 3;

/// All of them, in one nginx.
pub(crate) struct Edges {
    /// Where each is.
    pub(crate) addresses: [SocketAddr; COUNT],
    log: PathBuf,
    _service: Service,
}

/// What came to an edge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) requests: u64,
    /// What it asked the origin for.
    pub(crate) origin: u64,
}

impl Counts {
    /// Which part of the requests it answered by itself.
    pub(crate) fn hit_ratio(self) -> f64 {
        let share = crate::statistics::float(self.origin) / crate::statistics::float(self.requests);
        1.0 - share
    }
}

impl Edges {
    /// Starts them in front of a gateway.
    pub(crate) async fn start(origin: SocketAddr, home: &Path) -> anyhow::Result<Self> {
        let folder = home.join("edges");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let mut addresses = [origin; COUNT];
        for address in &mut addresses {
            *address = service::free_address()?;
        }
        let configuration = folder.join("nginx.conf");
        fs::write(&configuration, text(&folder, origin, &addresses))?;
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

    /// What has come to each so far, up to a second ago.
    pub(crate) fn counts(&self) -> anyhow::Result<[Counts; COUNT]> {
        let mut counts = [Counts::default(); COUNT];
        for line in fs::read_to_string(&self.log)?.lines() {
            let place = |port: &str| {
                let port = port.parse().ok();
                let mut all = self.addresses.iter();
                all.position(|address| Some(address.port()) == port)
            };
            let (port, status) = line.split_once(' ').unwrap_or_default();
            if let Some(place) = place(port) {
                counts[place].requests += 1;
                let own = matches!(status, "HIT" | "STALE" | "UPDATING");
                counts[place].origin += u64::from(!own);
            }
        }
        Ok(counts)
    }
}

/// One request at a time goes to the origin; who comes meanwhile gets what there is.
fn text(folder: &Path, origin: SocketAddr, addresses: &[SocketAddr]) -> String {
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
