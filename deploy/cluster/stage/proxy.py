"""nginx, in front of the gateways."""

import signal
import time

from . import folder as places
from .processes import Process, http_status, wait_for

# What nginx does with a request that a gateway did not answer.
#
#   retried  goes to another gateway, POST too: each mutation carries an idempotency key, so its effect is there once
#            however often it arrives. An answer is passed on whatever it is: with 503 a gateway says that the database
#            is gone, which another gateway cannot mend. `timeout` is not there: what takes long here takes long there.
#   default  what nginx does without being told: POST goes to another gateway only if none has got it.
#   bare     nothing: the client gets 502.
RETRIES = {
    "retried": "proxy_next_upstream error non_idempotent; proxy_next_upstream_tries 3; proxy_next_upstream_timeout 10s;",
    "default": "",
    "bare": "proxy_next_upstream off;",
}


class Proxy:
    """nginx. Its list of gateways is changed by a reload, which breaks no connection."""

    def __init__(self, run, ports):
        self.folder = run / "nginx"
        self.folder.mkdir()
        places.own(self.folder)
        self.port = ports.take()
        self.url = f"http://127.0.0.1:{self.port}"
        self.retries = "retried"
        self.gateways = []
        self.configuration = self.folder / "nginx.conf"
        self.process = Process(run, "nginx", [places.find("nginx"), "-p", self.folder, "-c", self.configuration, "-e", "stderr"])

    def write(self):
        servers = "\n".join(
            f"        server 127.0.0.1:{gateway.port} max_fails=1 fail_timeout=1s; # {gateway.name}" for gateway in self.gateways
        )
        places.write(self.configuration, f"""\
daemon off;
pid nginx.pid;
worker_processes 2;
# After a reload, for requests that are still running.
worker_shutdown_timeout 30s;
events {{ worker_connections 2048; }}
http {{
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    log_format upstream '$msec $status $request_time "$upstream_addr" "$upstream_status" $request_id $request_uri';
    access_log access.log upstream buffer=32k flush=1s;
    upstream coach {{
{servers}
        keepalive 32;
    }}
    server {{
        listen 127.0.0.1:{self.port};
        client_max_body_size 1m;
        location / {{
            proxy_pass http://coach;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Request-Id $request_id;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_connect_timeout 1s;
            # Longer than an operation may take.
            proxy_read_timeout 15s;
            {RETRIES[self.retries]}
            add_header X-Upstream "$upstream_addr $upstream_status" always;
        }}
    }}
}}
""")

    def start(self, gateways):
        """Starts it in front of these gateways."""
        self.gateways = list(gateways)
        self.write()
        self.process.start()
        wait_for("nginx reaches a gateway", lambda: http_status(f"{self.url}/health/ready") == 200, process=self.process)

    def lead_to(self, gateways, retries=None):
        """Sends all new requests to these gateways, and returns when the old list is out of use."""
        self.gateways = list(gateways)
        self.retries = retries or self.retries
        self.write()
        old = self.workers()
        self.process.signal(signal.SIGHUP)
        wait_for("nginx has new workers", lambda: self.workers() - old)
        # The old workers take no more connections from now on, and end with their last request.
        wait_for("nginx's old workers are done", lambda: not self.workers() & old, timeout=40)
        time.sleep(0.2)

    def workers(self):
        """The process ids of its workers."""
        pid = self.process.child.pid
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return set(file.read().split())

    def stop(self):
        """Stops it."""
        self.process.stop()
