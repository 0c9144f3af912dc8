"""What the clients send: mostly Today, and changes with their idempotency keys."""

import json
import random
import threading
from datetime import datetime, timedelta, timezone

from stage import folder as places
from stage.service import API_KEY

from .members import TRAINING, Tokens, address

DOCUMENTS = places.ROOT / "schema/operations"


def document(name):
    """An operation of the app."""
    return (DOCUMENTS / f"{name}.graphql").read_text()


TODAY = document("Today")
CALENDAR = document("CycleCalendar")
COMPLETE_WORKOUT = document("CompleteWorkout")
REGISTER = document("RegisterMember")

# How often each is drawn, of 100.
WEIGHTS = {"Today": 76, "completeWorkout": 10, "registerMember": 8, "sign-in code": 6}

# The days of which workouts are completed. Today's are left out, since today may become yesterday during a run.
LAST_DAY = 20


class Operation:
    """One request, the same however often it is sent. `effect` says which change it asks for; none of a query."""

    def __init__(self, name, path, headers, body, field=None, key=None, effect=None):
        self.name = name
        self.path = path
        self.headers = headers | {"content-type": "application/json"}
        self.body = json.dumps(body)
        # The mutation's field in the answer.
        self.field = field
        self.key = key
        self.effect = effect


class Operations:
    """Makes them one after the other. Thread-safe."""

    def __init__(self, cluster):
        self.tokens = Tokens(cluster)
        self.lock = threading.Lock()
        self.random = random.Random(1)
        self.number = 0
        self.workouts = []
        # Members whose workouts have not been asked for yet.
        self.strangers = list(range(1, TRAINING + 1))

    def next(self):
        """The next operation."""
        with self.lock:
            self.number += 1
            number = self.number
            name = self.random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            member = self.random.randint(1, TRAINING)
            workout = stranger = None
            if name == "completeWorkout":
                workout = self.workouts.pop() if self.workouts else None
                if workout is None:
                    stranger = self.strangers.pop() if self.strangers else None
        if name == "registerMember":
            return self.register(number)
        if name == "sign-in code":
            return self.sign_in(number)
        if workout:
            return self.complete(number, *workout)
        if stranger:
            return self.query("CycleCalendar", CALENDAR, stranger)
        return self.query("Today", TODAY, member)

    def learn(self, operation, answer):
        """Takes from the answer to a calendar which workouts its member can complete."""
        if operation.name == "CycleCalendar":
            days = answer["data"]["me"]["plan"]["currentCycle"]["days"]
            found = [workout["id"] for day in days if day["number"] <= LAST_DAY for workout in day["workouts"]]
            with self.lock:
                self.workouts += [(operation.key, workout) for workout in found]

    def query(self, name, text, member):
        subject = address(member)
        # Of a query the key is only whom it is about.
        return Operation(name, "/graphql", self.sign(subject), {"query": text}, key=subject)

    def mutation(self, number, field, text, subject, values, effect):
        key = f"cluster-{number}"
        body = {"query": text, "variables": {"input": values | {"idempotencyKey": key}}}
        return Operation(field, "/graphql", self.sign(subject), body, field, key, effect)

    def complete(self, number, subject, workout):
        values = {"scheduledWorkoutId": workout, "effort": "HARD"}
        return self.mutation(number, "completeWorkout", COMPLETE_WORKOUT, subject, values, workout)

    def register(self, number):
        subject = f"new-{number}@torture.example"
        values = {
            "displayName": f"New {number}",
            "locale": "en-GB",
            "timeZone": "Europe/London",
            "preferences": {"goal": "BUILD_STRENGTH", "level": "BEGINNER", "daysPerWeek": 3},
        }
        return self.mutation(number, "registerMember", REGISTER, subject, values, subject)

    def sign_in(self, number):
        mail = f"code-{number}@torture.example"
        # Later than any drill ends, so that no code expires before it is mailed.
        end = datetime.now(timezone.utc) + timedelta(days=1)
        body = {"address": mail, "code": f"{number % 1_000_000:06}", "expiresAt": end.isoformat()}
        key = f"cluster-{number}"
        headers = {"x-api-key": API_KEY, "idempotency-key": key}
        return Operation("sign-in code", "/internal/email", headers, body, key=key, effect=mail)

    def sign(self, subject):
        return {"authorization": f"Bearer {self.tokens.of(subject)}"}
