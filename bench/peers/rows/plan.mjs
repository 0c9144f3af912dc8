// Plans.
import { opaqueId } from '../day/id.mjs';
import { select } from '../server/pool.mjs';
import { oneEach } from './keys.mjs';

const ACTIVE_PLANS = `
  SELECT member_id, id, goal FROM plan WHERE member_id = ANY($1) AND status = 'ACTIVE'`;

/** The active plan of each member, or null. */
export async function activePlans(members) {
  const keys = members.map((member) => member.key);
  const rows = await select('plan', ACTIVE_PLANS, [keys]);
  const found = oneEach(keys, rows, (row) => row.member_id);
  return found.map((row, index) => row && plan(row, members[index]));
}

function plan(row, member) {
  return { key: row.id, member, id: opaqueId('pln', row.member_id, row.id), goal: row.goal };
}
