"""What the restore drill expects of a restored database, with a line for each of its verdicts."""

import json
import subprocess
from collections import Counter

from testbed import check, environment, request, until

# What a repeated mutation would change.
TABLES = [
    "idempotency_key", "member", "member_preferences", "consent", "favourite_recipe", "plan", "cycle", "check_in", "data_export",
    "live_session", "live_fact",
]

MAX_DETAILS = 8


class Verdicts:
    """Prints each verdict, and remembers whether all of them are good."""

    def __init__(self):
        self.failed = 0

    def say(self, holds, what, details=()):
        self.failed += not holds
        print(f"{'yes' if holds else 'NO '}  {what}", flush=True)
        details = list(details)
        for detail in details[:MAX_DETAILS]:
            print(f"       {detail}", flush=True)
        if len(details) > MAX_DETAILS:
            print(f"       and {len(details) - MAX_DETAILS} more", flush=True)

    def hold(self):
        return not self.failed


def of_kind(lines):
    """How many there are of each."""
    return ", ".join(f"{number} × {what}" for what, number in sorted(Counter(lines).items()))


class Restored:
    """The restored database, beside what its members and the world know."""

    def __init__(self, service, members, world, verdicts, point, seen, lost):
        self.service, self.members, self.world, self.say = service, members, world, verdicts.say
        self.postgres, self.seen, self.lost = service.postgres, seen, lost
        self.highest = max(world.sequences.values())
        self.ledger = list(members.ledger)
        # What was on its way at the point may be on either side.
        self.before = [it for it in self.ledger if it.acknowledged_at < point]
        self.after = [it for it in self.ledger if it.sent_at > point]
        self.keys = set(self.postgres.ask("SELECT string_agg(key, ' ') FROM idempotency_key").split())
        self.unsent = set(self.ids("""
            SELECT id FROM outbox WHERE sent_at IS NULL UNION SELECT (body::jsonb ->> 'id')::uuid FROM queue_message
        """))
        self.known = set(self.ids("SELECT envelope_id FROM email_delivery UNION SELECT envelope_id FROM inbox")) | set(
            self.ids("SELECT id FROM outbox"))

    def ids(self, query):
        return self.postgres.ask(f"SELECT string_agg(id::text, ' ') FROM ({query}) AS found (id)").split()

    def named(self, kind):
        """The lines of `lost` of a kind, without it."""
        return [line[1:] for line in self.lost if line[0] == kind]

    def state(self):
        """What a mutation that is done again would change: rows, and numbers of the outbox."""
        counts = " || ' ' || ".join(f"(SELECT count(*) FROM {table})" for table in TABLES)
        owed = "(SELECT last_value FROM pg_sequences WHERE format('%I.%I', schemaname, sequencename) = "
        return self.postgres.ask(f"SELECT {counts} || ' ' || {owed} pg_get_serial_sequence('outbox', 'sequence'))")

    def check_keys(self):
        absent = [it for it in self.before if it.key not in self.keys]
        self.say(
            not absent, f"{len(self.before)} mutations were acknowledged before the point, and each idempotency key is there",
            [f"lost: {it}" for it in absent],
        )

    def raise_sequence(self, path):
        url = self.postgres.url("coach_owner")
        sequence = "SELECT nextval(pg_get_serial_sequence('outbox', 'sequence'))"
        was = int(self.postgres.ask(sequence))
        subprocess.run(["psql", url, "--quiet", "-o", "/dev/null", "-f", path], check=True)
        raised = int(self.postgres.ask(sequence))
        self.say(
            raised > self.highest,
            f"sequence numbers begin above the highest that the world has seen: {raised} > {self.highest}",
            [f"the restored database would have gone on with {was}, {max(self.highest - was, 0)} too low"],
        )

    def raise_status_file(self, file):
        command = [self.service.coach, "live", "publish"]
        settings = environment(self.service.settings["worker"])
        refused = subprocess.run(command, env=settings, cwd=self.service.folder, capture_output=True, text=True, check=False)
        self.service.run("live", "publish", "--raise")
        self.say(
            refused.returncode != 0 and "--raise" in refused.stderr,
            f"the status file, at version {file['version']}, is ahead of the database, and is not replaced unless it is raised",
        )

    def check_erased(self, subject):
        named = self.named("erased")
        left = f"SELECT count(*) FROM member WHERE subject = '{subject}'"
        until("who left is erased again", lambda: self.postgres.ask(left) == "0")
        self.say(
            len(named) == 1, f"{len(named)} member who was erased after the point was back, and is erased before gateways start",
        )

    def check_acknowledged(self):
        state, others = self.state(), []
        for entry in self.before:
            says = self.members.repeat(entry)
            if says != entry.says:
                others.append(f"{entry.operation} of {entry.email} said {entry.says}, and now {says}")
        self.say(not others, "repeated with the same key, each gives the answer that it gave, read from the tables", others)
        now = self.state()
        self.say(state == now, "and does nothing twice: no table and no number of the outbox has changed",
                 [] if state == now else [f"{state} became {now}"])

    def check_lost(self):
        named = {line[1]: line for line in self.named("mutation")}
        kept = [it for it in self.after if it.key in self.keys]
        archived = [it for it in self.after if it.key in named]
        unarchived = [it for it in self.after if it.key not in named]
        last = max(it.acknowledged_at for it in archived)
        between = len(self.ledger) - len(self.before) - len(self.after)
        unexplained = [it for it in unarchived if it.sent_at < last]
        others = set(named) - {it.key for it in self.ledger}
        self.say(
            archived and not kept and not unexplained and not others,
            f"{len(self.after)} were acknowledged after the point: {len(archived)} are named by `lost`, "
            f"{len(unarchived)} were too late for the archive ({between} were on their way at the point)",
            [
                f"named: {of_kind(it.operation for it in archived)}",
                f"not in the archive: {of_kind(it.operation for it in unarchived)}",
                *(f"kept: {it}" for it in kept), *(f"not named: {it}" for it in unexplained),
                *(f"unknown: {it}" for it in others),
            ],
        )
        retried = [it for it in self.after if it.operation in ["SetFavouriteRecipe", "StartPlan", "RegisterMember"]]
        answers = [(it.operation, self.members.repeat(it)) for it in retried]
        failed = [f"{operation}: {says}" for operation, says in answers if isinstance(says, list)]
        state = self.state()
        for entry in retried:
            self.members.repeat(entry)
        self.say(
            not failed and self.state() == state,
            f"apps that repeat {len(retried)} of them with their keys have them done, once", failed,
        )

    def check_outbox(self):
        self.service.wait_until_idle()
        waiting = "SELECT count(*) FROM queue_message WHERE receives < 5"
        until("what was paused is done", lambda: self.postgres.ask(waiting) == "0")
        self.service.wait_until_idle()
        for kind, count in self.world.seen().items():
            before = self.seen[kind]
            named = {line[0]: line for line in self.named(kind)}
            done = {id for id in before if id in self.known - self.unsent}
            again = {id for id in before if id in self.unsent}
            gone = set(before) - done - again
            twice = [id for id in done | gone if count[id] != before[id]]
            more = [id for id in again if count[id] > before[id] + 1]
            unnamed = [id for id in again | gone if id not in named]
            self.say(
                not twice and not more and not unnamed,
                f"{kind}: {len(done)} sent before the point are not sent again; {len(again)} that were unsent at the point are "
                f"sent again, once, with the same id; {len(gone)} that the database does not know of are named by `lost`",
                [*(f"sent twice: {it}" for it in twice), *(f"more than twice: {it}" for it in more),
                 *(f"not named: {it}" for it in unnamed), *("\t".join([kind, *line]) for line in named.values())],
            )
        mails = self.world.mails()
        letters = {line.split()[0]: line.split()[1] for line in self.postgres.ask("""
            SELECT string_agg(envelope_id || ' ' || template, E'\\n') FROM email_delivery WHERE state = 'SENT'
        """).splitlines()}
        first = sorted(letters[id] for id in letters if id not in self.seen["mail"])
        bad = [f"{letters[id]} {id}: {mails[id]} times" for id in letters if id not in self.seen["mail"] and mails[id] != 1]
        left = self.postgres.ask("""
            SELECT (SELECT count(*) FROM queue_message) + (SELECT count(*) FROM outbox WHERE sent_at IS NULL)
        """)
        self.say(
            {"email.your-plan", "email.data-export"} <= set(first) and not bad and left == "0",
            f"what waited at the point and was never sent is sent, once ({of_kind(first)}); no message is left, and no dead "
            "letter",
            [*bad, *([] if left == "0" else [f"{left} messages are left"])],
        )
        given, twice = self.postgres.ask("""
            SELECT count(*) || ' ' || count(*) FILTER (WHERE mails > 1) FROM (
                SELECT count(*) AS mails FROM email_delivery WHERE state = 'SENT'
                AND template IN ('email.check-in-due', 'email.subscription-expiring') GROUP BY member_id, template
            ) AS reminded
        """).split()
        self.say(
            int(given) > 0 and twice == "0",
            f"nobody is reminded twice of what they were reminded of before the point ({given})",
        )

    def check_status_file(self, file):
        def newer():
            found = request(f"{self.service.url}/live/status.json")[1]
            return found if found["version"] > file["version"] else None

        now = until("the gateway serves a newer status file", newer)
        shown = json.loads(self.service.run("live", "show", "--format", "json"))
        self.say(
            now == shown and now["state"] == "scheduled",
            f"the status file has the restored state ({now['state']} instead of {file['state']}) in version {now['version']}, "
            f"which caches and apps take for newer than {file['version']}",
        )

    def check_numbers(self):
        columns = self.postgres.ask("""
            SELECT string_agg(format('SELECT %L, max(%I), (SELECT last_value FROM %s) FROM %I', attrelid::regclass, attname,
                pg_get_serial_sequence(attrelid::regclass::text, attname), relname), ' UNION ALL ')
            FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE attidentity <> '' AND relkind = 'r'
        """)
        behind = self.postgres.ask(f"""
            SELECT string_agg(name, ' ') FROM ({columns}) AS it (name, highest, last) WHERE highest > last
        """)
        member = "numbers@drill.example"
        self.members.register(member)
        self.members.consent(member, "PARTNER_SHARING", True)
        self.service.wait_until_idle()
        now = self.world.seen()
        new = [id for kind in ["record", "event"] for id in set(now[kind]) - set(self.seen[kind]) - self.unsent]
        low = [id for id in new if self.world.sequences[id] <= self.highest]
        self.say(
            not behind and new and not low,
            f"numbers of tables go on behind their rows, and {len(new)} new events and records have higher ones than all before",
            [f"behind: {behind}", *(f"low: {it}" for it in low)] if behind or low else [],
        )
        log = self.service.processes["worker"].log()
        check('"log.level":"error"' not in log, f"the worker logs errors:\n{log}")
