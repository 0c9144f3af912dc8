CREATE TABLE plan (
    member_id UUID NOT NULL REFERENCES member (id),
    id UUID NOT NULL UNIQUE,
    goal TEXT NOT NULL CHECK (goal IN ('LOSE_WEIGHT', 'BUILD_STRENGTH', 'IMPROVE_ENDURANCE')),
    status TEXT NOT NULL CHECK (status IN ('ACTIVE', 'ENDED')),
    started_on DATE NOT NULL,
    -- May precede started_on by a day, where the member moved west in between.
    ended_on DATE,
    PRIMARY KEY (member_id, id),
    CHECK ((status = 'ENDED') = (ended_on IS NOT NULL))
);

CREATE UNIQUE INDEX plan_one_active ON plan (member_id) WHERE status = 'ACTIVE';

CREATE TABLE cycle (
    member_id UUID NOT NULL REFERENCES member (id),
    id UUID NOT NULL UNIQUE,
    plan_id UUID NOT NULL,
    number INTEGER NOT NULL CHECK (number >= 1),
    starts_on DATE NOT NULL,
    closed_on DATE,
    programme_id UUID NOT NULL,
    programme_version INTEGER NOT NULL,
    seed BIGINT NOT NULL,
    PRIMARY KEY (member_id, id),
    UNIQUE (member_id, plan_id, number),
    FOREIGN KEY (member_id, plan_id) REFERENCES plan (member_id, id),
    FOREIGN KEY (programme_id, programme_version) REFERENCES programme (id, version)
);

CREATE UNIQUE INDEX cycle_one_open ON cycle (member_id, plan_id) WHERE closed_on IS NULL;
