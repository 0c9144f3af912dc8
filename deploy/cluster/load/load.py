"""Clients that send operations at a steady rate, and remember each answer."""

import http.client
import json
import random
import threading
import time
from dataclasses import dataclass

from stage.processes import wait_for

# How many send at the same time. Each waits for its answer, so a service that stands still is not flooded.
CLIENTS = 32

# Longer than any request may take.
TIMEOUT_SECONDS = 20

# A change is sent until it is acknowledged, and given up after this: longer than any fault lasts.
RETRY_SECONDS = 90


@dataclass(frozen=True)
class Answer:
    """What came of one request."""

    # Of the monotonic clock, in seconds.
    begun: float
    ended: float
    operation: str
    # 0 without an answer.
    status: int
    # The GraphQL code of the first error; "" without one.
    code: str
    # Which gateways nginx has asked, and what they answered.
    upstream: str
    failed: bool

    def describe(self):
        """Its outcome, for a table."""
        return f"{self.status or 'no answer'} {self.code or 'without a code'}".strip()


class Load:
    """The clients. `answers` has all that was answered, `acknowledged` and `sent` the changes."""

    def __init__(self, proxy, operations, rate):
        self.proxy = proxy
        self.operations = operations
        self.interval = CLIENTS / rate
        self.answers = []
        # Changes by their key.
        self.sent = {}
        self.acknowledged = {}
        self.stopping = threading.Event()
        self.sending = threading.Event()
        self.sending.set()
        # How many operations are not over.
        self.active = 0
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.client, args=[number], daemon=True) for number in range(CLIENTS)]

    def start(self):
        """Starts the clients."""
        for thread in self.threads:
            thread.start()

    def stop(self):
        """Stops them once all their changes are acknowledged."""
        self.stopping.set()
        self.sending.set()
        for thread in self.threads:
            thread.join()

    def pause(self):
        """Sends nothing new, and returns when all changes are acknowledged."""
        self.sending.clear()
        wait_for("the clients are done", lambda: self.active == 0)

    def resume(self):
        """Goes on."""
        self.sending.set()

    def client(self, number):
        random_of = random.Random(number)
        due = time.monotonic() + random_of.random() * self.interval
        while not self.stopping.wait(max(0, due - time.monotonic())):
            self.sending.wait()
            with self.lock:
                self.active += 1
            try:
                # Unless it was paused in between.
                if self.sending.is_set():
                    self.perform(self.operations.next())
            finally:
                with self.lock:
                    self.active -= 1
            # What was missed meanwhile is not made up for.
            due = max(due + self.interval * random_of.uniform(0.8, 1.2), time.monotonic())

    def perform(self, operation):
        """Sends an operation; a change until it is acknowledged, with the same key, as apps do."""
        if operation.effect:
            self.sent[operation.key] = operation
        give_up, pause = time.monotonic() + RETRY_SECONDS, 0.1
        while True:
            answer = self.send(operation)
            self.answers.append(answer)
            if not answer.failed:
                if operation.effect:
                    self.acknowledged[operation.key] = operation
                return
            if not operation.effect or time.monotonic() > give_up:
                return
            time.sleep(pause)
            pause = min(1, pause * 2)

    def send(self, operation):
        """Sends it once, on a connection of its own: so what fails was failed by the cluster."""
        begun = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.proxy.port, timeout=TIMEOUT_SECONDS)
        status, code, upstream, failed = 0, "", "", True
        try:
            connection.request("POST", operation.path, operation.body, operation.headers | {"connection": "close"})
            response = connection.getresponse()
            status, upstream = response.status, response.getheader("x-upstream", "")
            body = response.read()
            code, failed = self.judge(operation, status, body)
        except (OSError, http.client.HTTPException) as error:
            upstream = f"{upstream} {type(error).__name__}".strip()
        finally:
            connection.close()
        return Answer(begun, time.monotonic(), operation.name, status, code, upstream, failed)

    def judge(self, operation, status, body):
        """The code of the first error, and whether the operation has failed."""
        if operation.path != "/graphql" and status == 202:
            return "", False
        try:
            answer = json.loads(body)
        except ValueError:
            return "", True
        errors = answer.get("errors") or []
        if errors:
            return errors[0].get("extensions", {}).get("code", ""), True
        if status != 200 or not answer.get("data"):
            return "", True
        if operation.field:
            payload = answer["data"][operation.field] or {"userErrors": [{"code": "null"}]}
            if payload["userErrors"]:
                return payload["userErrors"][0]["code"], True
        self.operations.learn(operation, answer)
        return "", False

    def between(self, begin, end=None):
        """The answers to requests that were running at some time between these two."""
        end = end or time.monotonic()
        return [answer for answer in list(self.answers) if answer.ended >= begin and answer.begun <= end]

    def wait_until_calm(self, seconds=2, timeout=60):
        """Waits until for so long, from now on, nothing has failed that was sent in that time; the seconds that took, or none
        when it was never so."""
        begun = time.monotonic()
        while time.monotonic() - begun < timeout:
            time.sleep(0.1)
            now = time.monotonic()
            since = max(begun, now - seconds)
            recent = [answer for answer in self.between(since) if answer.begun >= since]
            if now - begun >= seconds and len(recent) > seconds * 5 and not any(answer.failed for answer in recent):
                return now - begun
        return None
