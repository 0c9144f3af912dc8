"""What the restore drill's service talks to: a partner and a topic of SNS, both on this machine, and a folder of mail. None of
them goes back when the database does.
"""

import json
import re
import threading
import urllib.parse
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOPIC = "arn:aws:sns:eu-central-1:000000000000:coach-events"
NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/"


class World:
    """Counts what it was sent, by the ids of the messages, and remembers the highest sequence number of each."""

    def __init__(self, mail):
        self.mail = mail
        self.lock = threading.Lock()
        self.records, self.events = Counter(), Counter()
        self.sequences = {}
        world = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.path == "/partner":
                    world.take_record(self.headers["webhook-id"], json.loads(body))
                    answer = b""
                else:
                    answer = world.publish(urllib.parse.parse_qs(body.decode()))
                self.send_response(200)
                self.send_header("content-type", "text/xml")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def take_record(self, envelope, record):
        with self.lock:
            self.records[envelope] += 1
            self.sequences[envelope] = record["sequence"]

    def publish(self, form):
        """PublishBatch, the only call of the service to SNS."""
        entries = "PublishBatchRequestEntries.member."
        numbers = {re.match(r"\d+", name.removeprefix(entries))[0] for name in form if name.startswith(entries)}
        published = ""
        for number in numbers:
            event = json.loads(form[f"{entries}{number}.Message"][0])
            with self.lock:
                self.events[event["id"]] += 1
                self.sequences[event["id"]] = event["sequence"]
            published += f"<member><Id>{form[f'{entries}{number}.Id'][0]}</Id><MessageId>{event['id']}</MessageId></member>"
        return (
            f'<PublishBatchResponse xmlns="{NAMESPACE}"><PublishBatchResult><Successful>{published}</Successful>'
            "<Failed/></PublishBatchResult></PublishBatchResponse>"
        ).encode()

    def mails(self):
        """How often each mail was sent, by its envelope. Names of files are TIME-ENVELOPE-COUNT.eml."""
        names = [path.name for path in self.mail.glob("*.eml")]
        return Counter(re.match(r"\w+Z-([0-9a-f-]{36})", name)[1] for name in names)

    def seen(self):
        """Mails, records and events, each with how often it was sent until now."""
        with self.lock:
            return {"mail": self.mails(), "record": Counter(self.records), "event": Counter(self.events)}

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
