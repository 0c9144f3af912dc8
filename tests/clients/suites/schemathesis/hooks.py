"""How our scalars are written, what ids there are, and what is a fault."""

import json
import os
import zlib
from dataclasses import replace

import graphql
import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

SCALARS = {
    "Date": st.dates().map(lambda date: date.isoformat()),
    "DateTime": st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    "TimeZone": st.sampled_from(["Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Mars/Phobos"]),
    "EmailAddress": st.sampled_from(["a@b.example", "o'brien+x@münchen.example", "a..b@c.example"]),
    "URL": st.sampled_from(["https://a.example/b", "ftp://a.example"]),
}
for name, strategy in SCALARS.items():
    schemathesis.graphql.scalar(name, strategy.map(nodes.String))

IDS = json.loads(os.environ["COACH_IDS"])
FAULTS = {"INTERNAL_SERVER_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE"}


@schemathesis.hook
def map_body(context, body):
    """Nonsense gets no further than the door: most ids are those of something, and pages are of a size that there is."""
    return graphql.visit(body, Sense())


class Sense(graphql.Visitor):
    """Puts sense into values, going by the names of what they are given to."""

    def enter(self, node, *_):
        value = getattr(node, "value", None)
        if not isinstance(value, (graphql.StringValueNode, graphql.IntValueNode)):
            return None
        name = node.name.value
        chance = zlib.crc32(value.value.encode("utf-8", "replace"))
        if name == "first":
            return replace(node, value=graphql.IntValueNode(value=str(chance % 101)))
        if name == "idempotencyKey" and chance % 8:
            return replace(node, value=graphql.StringValueNode(value=f"key {chance}"))
        if name in ("id", "ids") or name.endswith("Id") and chance % 4:
            return replace(node, value=graphql.StringValueNode(value=IDS[chance % len(IDS)]))
        return None


@schemathesis.check
def no_fault_of_the_server(ctx, response, case):
    """Refusals are fine, whatever they say: the operations are nonsense."""
    assert response.status_code < 500, response.text
    answer = response.json()
    assert "data" in answer or answer["errors"], response.text
    for error in answer.get("errors", []):
        code = error["extensions"]["code"]
        assert code not in FAULTS, f"{code}: {response.text}"
