"""Compares what was acknowledged with what is in the database, and the letters with the mails."""

import collections
import re

from stage.processes import Failed, wait_for

MAIL = re.compile(r"\d[^-]*-([0-9a-f-]{36})-\d+\.eml")

LEFT = """
SELECT (SELECT count(*) FROM outbox WHERE sent_at IS NULL)
     + (SELECT count(*) FROM queue_message WHERE receives < 5 OR visible_at > now())
"""
DEAD = "SELECT count(*) FROM queue_message WHERE receives >= 5 AND visible_at <= now()"
LETTERS = "SELECT id, kind FROM torture.owed WHERE queue IN ('email-urgent', 'email', 'email-attachments')"

# By the kind of change: its events or letters.
MESSAGES = {
    "completeWorkout": "SELECT count(*) FROM torture.owed WHERE kind = 'event.workout-completed'",
    "registerMember": "SELECT count(*) FROM torture.owed WHERE kind = 'email.welcome'",
    "sign-in code": "SELECT count(DISTINCT payload ->> 'address') FROM torture.owed WHERE kind = 'email.sign-in-code'",
}
DONE = {
    "completeWorkout": "SELECT count(*) FROM workout_completion JOIN torture.person ON person.id = member_id",
    "registerMember": "SELECT count(*) FROM member WHERE subject LIKE 'new-%@torture.example'",
    "sign-in code": "SELECT count(*) FROM torture.owed WHERE kind = 'email.sign-in-code'",
}


def wait_until_done(cluster, timeout=240):
    """Waits until the outbox and the queues are empty; whether they are."""
    try:
        wait_for("the work is done", lambda: cluster.database.sql(LEFT) == "0", timeout, interval=0.5)
    except Failed:
        return False
    return True


class Books:
    """What is found. `lost` and `doubled` have a line for each, `extra_mails` the envelopes that were mailed again."""

    def __init__(self, cluster, load):
        sql = cluster.database.sql
        self.acknowledged = dict(load.acknowledged)
        self.lost = []
        self.doubled = []
        keys = set(sql("SELECT key FROM idempotency_key").splitlines())
        self.lost += [f"{it.name} {key}: no row has its key" for key, it in self.acknowledged.items() if key not in keys]
        for name, done in DONE.items():
            acknowledged = sum(it.name == name for it in self.acknowledged.values())
            # What was asked for and never acknowledged may be done or not.
            asked = sum(it.name == name for it in list(load.sent.values()))
            found, told = int(sql(done)), int(sql(MESSAGES[name]))
            if found < acknowledged:
                self.lost.append(f"{name}: {acknowledged} are acknowledged, {found} are there")
            if found > asked:
                self.doubled.append(f"{name}: {asked} were asked for, {found} are there")
            if found != told:
                (self.lost if told < found else self.doubled).append(f"{name}: {found} are there, and {told} messages about them")
        self.letters = dict(line.split("|") for line in sql(LETTERS).splitlines())
        self.mails = mails(cluster)
        self.lost += [f"{kind} {id} was never mailed" for id, kind in self.letters.items() if id not in self.mails]
        self.extra_mails = {id: names for id, names in self.mails.items() if len(names) > 1}
        self.dead = int(sql(DEAD))

    def describe(self):
        """Its sums, in one line."""
        extra = sum(len(names) - 1 for names in self.extra_mails.values())
        return (
            f"{len(self.acknowledged)} changes acknowledged, {len(self.lost)} lost, {len(self.doubled)} done twice; "
            f"{len(self.letters)} letters, {extra} mailed again, {self.dead} dead letters"
        )


def mails(cluster):
    """By envelope, the processes that have mailed it, in no order."""
    found = collections.defaultdict(list)
    for file in (cluster.run / "mail").glob("*/*.eml"):
        match = MAIL.fullmatch(file.name)
        if match:
            found[match[1]].append(file.parent.name)
    return found
