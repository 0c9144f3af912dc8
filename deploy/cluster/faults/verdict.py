"""The verdict about a fault, and the table of all."""

import collections
import time
from dataclasses import dataclass, field


@dataclass
class Verdict:
    """What was expected of the cluster under a fault, what was seen, and what of that is wrong."""

    fault: str
    expected: str
    seen: list = field(default_factory=list)
    wrong: list = field(default_factory=list)
    seconds: float = 0
    # What it had to raise, and after how long that was.
    alerts: list = field(default_factory=list)

    def see(self, text):
        """Something that was seen."""
        self.seen.append(text)

    def check(self, holds, text):
        """Something that was seen, which is wrong unless it holds."""
        self.seen.append(text)
        if not holds:
            self.wrong.append(text)

    def alert(self, holds, text):
        """An alert that had to be raised, and when it was."""
        self.alerts.append(text)
        self.check(holds, text)

    @property
    def passed(self):
        return not self.wrong

    def print(self):
        """Its own lines."""
        print(f"{'PASS' if self.passed else 'FAIL'}  {self.fault}, {self.seconds:.0f} s")
        print(f"      expected  {self.expected}")
        for index, line in enumerate(self.seen):
            print(f"      {'seen' if index == 0 else '':<8}  {line}{'   <- wrong' if line in self.wrong else ''}")
        print(flush=True)


def summary(answers):
    """How many requests there were, how many failed, and how."""
    failed = [answer for answer in answers if answer.failed]
    if not failed:
        return f"{len(answers)} requests, none failed"
    kinds = collections.Counter(answer.describe() for answer in failed)
    kinds = ", ".join(f"{count} × {kind}" for kind, count in kinds.most_common())
    return f"{len(answers)} requests, {len(failed)} failed: {kinds}"


def retried(answers):
    """How many of the answered requests nginx has sent to more than one gateway."""
    return sum("," in answer.upstream and not answer.failed for answer in answers)


class Watch:
    """The answers from here on."""

    def __init__(self, load):
        self.load = load
        self.begin = time.monotonic()

    def answers(self, end=None):
        """All until now, or until then."""
        return self.load.between(self.begin, end)

    def failed(self, end=None):
        """Those that failed."""
        return [answer for answer in self.answers(end) if answer.failed]

    def check_none_failed(self, verdict):
        """Sees the sum of them; a failed one is wrong."""
        answers = self.answers()
        verdict.check(not any(answer.failed for answer in answers), summary(answers))

    def check_codes(self, verdict):
        """Sees the sum of them; one without a code is wrong."""
        answers = self.answers()
        verdict.check(all(answer.code for answer in answers if answer.failed), summary(answers))


def print_table(verdicts):
    """One line for each fault."""
    width = max(len(verdict.fault) for verdict in verdicts)
    print(f"{'fault':<{width}}  {'':<4}  {'time':>6}  first of what was seen, and its alerts")
    for verdict in verdicts:
        line = (verdict.wrong or verdict.seen or [""])[0]
        print(f"{verdict.fault:<{width}}  {'PASS' if verdict.passed else 'FAIL'}  {verdict.seconds:>4.0f} s  {line}")
        if verdict.alerts:
            print(f"{'':<{width + 16}}{', '.join(verdict.alerts)}")
    failed = sum(not verdict.passed for verdict in verdicts)
    print(f"\n{len(verdicts) - failed} of {len(verdicts)} pass" + (f", {failed} fail" if failed else ""), flush=True)
