//! nginx as a server to measure.

use std::{fs, net::SocketAddr, path::Path, process::Command};

use anyhow::Context as _;

use crate::{environment::create_empty_folder, service::Service};

/// Starts nginx in an empty folder of `home` that is named like the server. Relative paths in `http`, the content of
/// the block with that name, belong to this folder.
pub(crate) async fn start(
    name: &'static str,
    address: SocketAddr,
    home: &Path,
    worker_processes: &str,
    http: &str,
) -> anyhow::Result<Service> {
    let folder = home.join(name);
    create_empty_folder(&folder)?;
    let user = if rustix::process::geteuid().is_root() {
        "user root;"
    } else {
        ""
    };
    let nginx_conf = format!(
        "{user}
daemon off;
pid nginx.pid;
worker_processes {worker_processes};
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    keepalive_requests 1000000000;
{http}
}}
"
    );
    let configuration = folder.join("nginx.conf");
    fs::write(&configuration, nginx_conf)?;
    let mut command = Command::new("nginx");
    command.arg("-p").arg(&folder).arg("-c").arg(&configuration);
    command.args(["-e", "stderr"]);
    let service = Service::start(name, address, command, home).await;
    service.with_context(|| format!("nginx as the {name}"))
}
