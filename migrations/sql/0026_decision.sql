-- When members decided what they have decided of late. Of two decisions about one thing the later one counts, whichever
-- arrives last. A row is there also where nothing else is: that something was taken back is a decision too.
CREATE TABLE decision (
    -- With the member: the version before does not know this table when it erases one.
    member_id UUID NOT NULL REFERENCES member (id) ON DELETE CASCADE,
    -- What it is about, such as `preferences/allergens` or `favourite/` with the recipe's id.
    about TEXT NOT NULL CHECK (about <> ''),
    decided_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (member_id, about)
);

CREATE INDEX decision_oldest ON decision (decided_at);
