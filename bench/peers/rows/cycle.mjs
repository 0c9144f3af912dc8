// Cycles.
import { CYCLE_DAYS, addDays, localDate } from '../day/date.mjs';
import { opaqueId } from '../day/id.mjs';
import { select } from '../server/pool.mjs';
import { oneEach } from './keys.mjs';

const OPEN_CYCLES = `
  SELECT c.member_id, c.id, c.plan_id, c.number, c.starts_on, c.programme_id, c.programme_version, c.seed
  FROM unnest($1::uuid[], $2::uuid[]) AS k (member_id, plan_id)
  JOIN cycle c USING (member_id, plan_id)
  WHERE c.closed_on IS NULL`;

/** The open cycle of each active plan, or null. */
export async function openCycles(plans, now) {
  const members = plans.map((plan) => plan.member.key);
  const keys = plans.map((plan) => plan.key);
  const rows = await select('cycle', OPEN_CYCLES, [members, keys]);
  const found = oneEach(keys, rows, (row) => row.plan_id);
  return found.map((row, index) => row && cycle(row, plans[index].member, now));
}

function cycle(row, member, now) {
  const checkInOpensOn = addDays(row.starts_on, CYCLE_DAYS);
  const today = localDate(now, member.timeZone);
  return {
    key: row.id,
    member,
    id: opaqueId('cyc', row.member_id, row.id),
    number: row.number,
    startsOn: row.starts_on,
    today,
    checkInOpensOn,
    checkInDue: today >= checkInOpensOn,
    programme: { id: row.programme_id, version: row.programme_version },
    seed: BigInt(row.seed),
  };
}
