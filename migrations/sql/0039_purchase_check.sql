-- By which moment the last question to a shop is dated. All processes date by this row, so that what was asked later is
-- dated later whatever their own clocks say.
CREATE TABLE shop_clock (
    is_it BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (is_it),
    asked_at TIMESTAMPTZ NOT NULL
);

INSERT INTO shop_clock (asked_at) VALUES ('1970-01-01T00:00:00Z');

-- How many purchases a member had looked at since a moment.
CREATE TABLE purchase_check (
    member_id UUID PRIMARY KEY REFERENCES member (id),
    since TIMESTAMPTZ NOT NULL,
    checks INTEGER NOT NULL
);
