"""The restore drill's apps: mutations with idempotency keys, and a ledger of what was acknowledged when."""

import threading
import time
import uuid
from dataclasses import dataclass

from testbed import ROOT, check, request

# Of each operation, what its answer says of the change itself: other fields may change later.
SAYS = {
    "RegisterMember": lambda it: (it["member"]["id"], it["member"]["displayName"]),
    "SetFavouriteRecipe": lambda it: (it["recipe"]["id"], it["recipe"]["isFavourite"]),
    "UpdateConsents": lambda it: tuple(sorted((one["purpose"], one["granted"]) for one in it["consents"])),
    "SubmitCheckIn": lambda it: (it["checkIn"]["id"], it["checkIn"]["submittedAt"], it["nextCycle"]["id"]),
    "RequestDataExport": lambda it: (it["member"]["id"], it["requestedAt"]),
    "StartPlan": lambda it: (it["plan"]["id"], it["plan"]["startedOn"]),
    "DeleteAccount": lambda it: (it["member"]["id"], it["finalAt"]),
    "ScheduleLiveSession": lambda it: (it["liveSession"]["id"], it["liveSession"]["title"]),
    "SetLiveSession": lambda it: (it["liveSession"]["id"], it["liveSession"]["state"]),
}


@dataclass
class Acknowledged:
    """A mutation that was answered without errors. Times are those of this machine, in seconds since 1970."""

    operation: str
    email: str
    key: str
    input: dict
    says: object
    sent_at: float
    acknowledged_at: float


class Members:
    """Clients of the gateway, by the addresses of their members."""

    def __init__(self, url, token):
        self.url, self.new_token = url, token
        self.tokens, self.ledger, self.lock = {}, [], threading.Lock()

    def token(self, email):
        if email not in self.tokens:
            self.tokens[email] = self.new_token(email)
        return self.tokens[email]

    def ask(self, email, query, variables=None, name=None):
        """The data of an operation that has to succeed."""
        body = {"query": query, "variables": variables, "operationName": name}
        answer = request(f"{self.url}/graphql", body, {"Authorization": f"Bearer {self.token(email)}"})
        check(answer and answer[0] == 200 and "errors" not in answer[1], f"{name or query} of {email}: {answer}")
        return answer[1]["data"]

    def send(self, operation, email, key, variables):
        """Sends a mutation, and returns what its answer says, or the codes of its userErrors."""
        query = (ROOT / f"schema/operations/{operation}.graphql").read_text()
        [payload] = self.ask(email, query, {"input": variables | {"idempotencyKey": key}}, operation).values()
        codes = [error["code"] for error in payload["userErrors"]]
        return codes or SAYS[operation](payload)

    def do(self, operation, email, **variables):
        """Sends a mutation that has to succeed, with a new key, and enters it into the ledger."""
        key, sent_at = str(uuid.uuid4()), time.time()
        says = self.send(operation, email, key, variables)
        check(not isinstance(says, list), f"{operation} of {email}: {says}")
        entry = Acknowledged(operation, email, key, variables, says, sent_at, time.time())
        with self.lock:
            self.ledger.append(entry)
        return says

    def repeat(self, entry):
        """Sends a mutation of the ledger once more, with its key."""
        return self.send(entry.operation, entry.email, entry.key, entry.input)

    def register(self, email):
        return self.do(
            "RegisterMember", email, displayName="Drill", locale="en-GB", timeZone="Europe/Berlin",
            preferences={"goal": "BUILD_STRENGTH", "level": "BEGINNER", "daysPerWeek": 3},
        )

    def consent(self, email, purpose, granted):
        return self.do("UpdateConsents", email, consents=[{"purpose": purpose, "granted": granted}])

    def recipes(self, email):
        nodes = self.ask(email, "{ recipes(first: 50) { nodes { id } } }")["recipes"]["nodes"]
        return [node["id"] for node in nodes]

