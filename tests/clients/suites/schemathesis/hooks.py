"""The formats of our scalars, ids of existing objects, and a check for internal errors."""

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
INTERNAL_ERRORS = {"INTERNAL_SERVER_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE"}


@schemathesis.hook
def map_body(context, body):
    """Makes operations plausible, so that they pass validation: most ids exist, and page sizes are allowed."""
    return graphql.visit(body, PlausibleValues())


class PlausibleValues(graphql.Visitor):
    """Replaces values by plausible ones, depending on the name of the argument or field."""

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
def no_internal_error(ctx, response, case):
    """Any other error is fine, since the operations are random."""
    assert response.status_code < 500, response.text
    answer = response.json()
    assert "data" in answer or answer["errors"], response.text
    for error in answer.get("errors", []):
        code = error["extensions"]["code"]
        assert code not in INTERNAL_ERRORS, f"{code}: {response.text}"
