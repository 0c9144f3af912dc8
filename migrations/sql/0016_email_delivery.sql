-- What became of each mail. Neither addresses nor texts: the provider has them, and
-- members are to be forgotten.
CREATE TABLE email_delivery (
    envelope_id UUID PRIMARY KEY,
    -- NULL for who is no member, or none any more.
    member_id UUID REFERENCES member (id) ON DELETE SET NULL,
    -- The envelope's kind.
    template TEXT NOT NULL CHECK (template <> ''),
    state TEXT NOT NULL CHECK (state IN (
        'SENDING', 'WAITING', 'SENT', 'SUPPRESSED', 'REFUSED', 'EXPIRED', 'UNKNOWN'
    )),
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    provider_id TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL
);

-- Both for deleting: a member, and what is old.
CREATE INDEX email_delivery_member ON email_delivery (member_id) WHERE member_id IS NOT NULL;
CREATE INDEX email_delivery_oldest ON email_delivery (changed_at);
