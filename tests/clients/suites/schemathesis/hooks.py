"""How our scalars are written, and what is a fault."""

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

FAULTS = {"INTERNAL_SERVER_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE"}


@schemathesis.check
def no_fault_of_the_server(ctx, response, case):
    """Refusals are fine, whatever they say: the operations are nonsense."""
    assert response.status_code < 500, response.text
    answer = response.json()
    assert "data" in answer or answer["errors"], response.text
    for error in answer.get("errors", []):
        code = error["extensions"]["code"]
        assert code not in FAULTS, f"{code}: {response.text}"
