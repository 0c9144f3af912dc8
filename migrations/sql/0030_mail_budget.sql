-- Who may be mailed, and how often.

-- Nothing but the confirmation goes to an address that its member has not confirmed.
ALTER TABLE member
    ADD COLUMN email_confirmed_at TIMESTAMPTZ,
    -- SHA-256 of the code that confirms the address, while one counts.
    ADD COLUMN email_code_digest BYTEA CHECK (octet_length(email_code_digest) = 32),
    ADD COLUMN email_code_requested_at TIMESTAMPTZ,
    ADD CHECK ((email_code_digest IS NULL) = (email_code_requested_at IS NULL));

-- Members from before there were confirmations have had mail all along: they count as confirmed.
UPDATE member SET email_confirmed_at = created_at WHERE email IS NOT NULL;

-- Why a mail was not sent.
ALTER TABLE email_delivery
    ADD COLUMN reason TEXT CHECK (reason IN ('BUDGET', 'UNCONFIRMED', 'CONSENT', 'NO_RECIPIENT'));

-- How many mails of a budget were begun in its window, which begins with the first of them. A day old at most.
CREATE TABLE mail_budget (
    scope TEXT NOT NULL CHECK (scope IN ('ADDRESS', 'CONFIRMATION', 'MEMBER', 'SIGN_IN')),
    -- SHA-256 of the member's id, or of the mailbox.
    subject BYTEA NOT NULL CHECK (octet_length(subject) = 32),
    began_at TIMESTAMPTZ NOT NULL,
    used INTEGER NOT NULL CHECK (used > 0),
    -- Whether operators were told that it is used up.
    is_told BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (scope, subject)
) WITH (fillfactor = 70);

CREATE INDEX mail_budget_oldest ON mail_budget (began_at);
