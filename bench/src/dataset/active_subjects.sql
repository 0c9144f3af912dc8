-- The subjects of members whose Today has a result now and for another day:
-- their plan is active and paid for. The order is unrelated to the physical
-- order of their rows.
SELECT m.subject
FROM member m
JOIN plan p ON p.member_id = m.id AND p.status = 'ACTIVE'
JOIN cycle c ON c.member_id = m.id AND c.plan_id = p.id AND c.closed_on IS NULL
JOIN subscription s ON s.member_id = m.id
WHERE m.issuer = 'coach-local'
  AND m.subject LIKE 'member-%@bench.coach.example'
  AND GREATEST(s.trial_ends_at, s.expires_at, s.grace_ends_at) > now() + INTERVAL '1 day'
  AND current_date + 2 < c.starts_on + 28
ORDER BY md5(m.subject)
LIMIT $1
