// Members, each with the access that the subscription gives which lasts longest.
import { access } from '../day/access.mjs';
import { opaqueId } from '../day/id.mjs';
import { select } from '../server/pool.mjs';

const MEMBER = `
  SELECT m.id, m.display_name, m.time_zone, s.trial_ends_at, s.expires_at, s.grace_ends_at,
         s.member_id IS NOT NULL AS subscribed
  FROM member m
  LEFT JOIN LATERAL (
    SELECT member_id, trial_ends_at, expires_at, grace_ends_at
    FROM subscription
    WHERE member_id = m.id
    ORDER BY CASE WHEN trial_ends_at IS NULL AND expires_at IS NULL THEN 'infinity'
                  ELSE GREATEST(trial_ends_at, expires_at, grace_ends_at) END DESC,
             updated_at DESC, id
    LIMIT 1
  ) s ON TRUE
  WHERE m.issuer = $1 AND m.subject = $2`;

/** The member who signs in as the subject, or null. */
export async function findMember(issuer, subject, now) {
  const [row] = await select('member', MEMBER, [issuer, subject]);
  if (!row) return null;
  return {
    key: row.id,
    id: opaqueId('mbr', row.id),
    displayName: row.display_name,
    timeZone: row.time_zone,
    access: row.subscribed ? access(row, now) : 'NONE',
  };
}
