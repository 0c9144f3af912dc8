// Programmes.
import { select } from '../server/pool.mjs';
import { oneEach } from './keys.mjs';

const PROGRAMMES = `
  SELECT id, version, content
  FROM unnest($1::uuid[], $2::int[]) AS k (id, version)
  JOIN programme USING (id, version)`;

/** The text that names a version of a programme. */
export const programmeKey = ({ id, version }) => `${id}/${version}`;

/** The content of each version of a programme. */
export async function programmes(versions) {
  const values = [versions.map((it) => it.id), versions.map((it) => it.version)];
  const rows = await select('programmes', PROGRAMMES, values);
  const found = oneEach(versions.map(programmeKey), rows, programmeKey);
  return found.map((row) => row?.content ?? new Error('a cycle without its programme'));
}

/** All of them, by their keys. */
export async function allProgrammes() {
  const rows = await select('all_programmes', 'SELECT id, version, content FROM programme', []);
  return new Map(rows.map((row) => [programmeKey(row), row.content]));
}
