"""The members that the load acts for, and their tokens."""

import base64
import json
import subprocess
import tempfile
import threading
import time

from stage import folder as places

# Members on day 21 of their cycle, with what they could have done until then; and an account of each message that is ever
# enqueued, which the service does not touch. Both are those of the crash campaign.
STAGE = places.ROOT / "tests/torture/stage"
TRAINING = 600


def prepare(cluster):
    """Creates the members, and the account of messages."""
    for file in ["ledger.sql", "members.sql"]:
        variables = [("training", TRAINING), ("due", 1), ("idle", 1)]
        cluster.database.sql((STAGE / file).read_text(), user="coach", variables=variables)


def address(number):
    """The address of a member of the load, which is also its subject."""
    return f"training-{number}@torture.example"


def encode(part):
    """Base64 as in tokens."""
    if not isinstance(part, bytes):
        part = json.dumps(part, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


class Tokens:
    """Signs tokens with the key of the local issuer, as `coach token` does, which is a process for each. Thread-safe."""

    def __init__(self, cluster):
        self.key = cluster.run / "home/local-issuer.pk8"
        token = cluster.command("token", address(1))
        head, claims, _ = token.split(".")
        self.head = head
        self.claims = json.loads(base64.urlsafe_b64decode(claims + "=="))
        self.known = {}
        self.lock = threading.Lock()

    def of(self, subject):
        """The token of a subject."""
        with self.lock:
            token = self.known.get(subject)
        if token is None:
            token = self.sign(subject)
            with self.lock:
                self.known[subject] = token
        return token

    def sign(self, subject):
        claims = self.claims | {"sub": subject, "email": subject, "iat": int(time.time())}
        content = f"{self.head}.{encode(claims)}"
        # It reads what to sign from a file alone.
        command = ["openssl", "pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", self.key, "-in", "/dev/stdin"]
        with tempfile.TemporaryFile() as file:
            file.write(content.encode())
            file.flush()
            signed = subprocess.run(command, stdin=file, capture_output=True, check=True)
        return f"{content}.{encode(signed.stdout)}"
