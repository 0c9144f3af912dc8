CREATE TABLE consent (
    member_id UUID NOT NULL REFERENCES member (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('MARKETING_EMAIL', 'PARTNER_SHARING', 'HEALTH_DATA')),
    granted BOOLEAN NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (member_id, purpose)
);
