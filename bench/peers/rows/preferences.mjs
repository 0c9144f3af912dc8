// Preferences.
import { select } from '../server/pool.mjs';
import { allEach } from './keys.mjs';

const HISTORY = `
  SELECT member_id, effective_from, diet, allergens
  FROM member_preferences
  WHERE member_id = ANY($1)
  ORDER BY member_id, effective_from`;

/** All preferences that each member has had, earliest first. */
export async function preferences(members) {
  const keys = members.map((member) => member.key);
  const rows = await select('preferences', HISTORY, [keys]);
  return allEach(keys, rows, (row) => row.member_id);
}
