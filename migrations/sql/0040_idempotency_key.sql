-- Keys of up to 255 characters, as other APIs take them.
ALTER TABLE idempotency_key
    DROP CONSTRAINT idempotency_key_key_check,
    ADD CONSTRAINT idempotency_key_key_check CHECK (char_length(key) BETWEEN 1 AND 255) NOT VALID;
ALTER TABLE idempotency_key VALIDATE CONSTRAINT idempotency_key_key_check;
