-- Video notifications and the status file have a queue of their own, so that they wait for no other notifications.
ALTER TABLE outbox DROP CONSTRAINT outbox_queue_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_queue_check CHECK (queue IN (
    'email-urgent', 'email', 'email-attachments', 'live', 'partner-sync', 'webhooks', 'events'
));
