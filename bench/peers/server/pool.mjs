// The pool of connections to Postgres.
import pg from 'pg';
import { databaseUrl } from './settings.mjs';

// A date is a text such as 2026-03-14 here, not a moment in the time zone of this process.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

/** As many connections as the gateway has. */
export const MAX_CONNECTIONS = 20;

export const pool = new pg.Pool({ connectionString: databaseUrl, max: MAX_CONNECTIONS });

/** Runs a statement, which each connection prepares once under the name, and resolves to its rows. */
export async function select(name, text, values) {
  const { rows } = await pool.query({ name, text, values });
  return rows;
}
