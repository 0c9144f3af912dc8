-- What became of records at partners, for operators. Neither members nor contents:
-- members are to be forgotten.
CREATE TABLE partner_delivery (
    -- In the order of writing.
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Not unique, nor with the partner: were a record taken twice, it is to show.
    envelope_id UUID NOT NULL,
    partner TEXT COLLATE "C" NOT NULL CHECK (partner <> ''),
    -- The envelope's.
    kind TEXT NOT NULL CHECK (kind <> ''),
    -- TAKEN and WITHHELD are the end of it, and written with the row of the inbox.
    status TEXT NOT NULL CHECK (status IN ('TAKEN', 'WITHHELD', 'REFUSED', 'FAILED')),
    -- The partner's HTTP status; NULL where there was no answer.
    answer SMALLINT,
    at TIMESTAMPTZ NOT NULL
);

CREATE INDEX partner_delivery_envelope ON partner_delivery (envelope_id, partner, id);
CREATE INDEX partner_delivery_oldest ON partner_delivery (at);
