// The database of `coach dev`, into which the suite puts what operators find in the morning.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { command } from '../../command.mjs';
import { home } from '../../endpoint.mjs';

/** Adds dead letters to a queue: messages that any worker can do, which were received five times. */
export function addDeadLetters(queue, kinds) {
  const rows = kinds.map((kind, index) => {
    const occurredAt = new Date().toISOString().replace(/\.\d+/, '');
    const envelope = JSON.stringify({ id: randomUUID(), kind, version: 1, occurredAt, payload: {} });
    const at = `now() - interval '${kinds.length - index} minutes'`;
    return `(${literal(queue)}, ${literal(envelope)}, ${at} - interval '1 hour', ${at}, 5)`;
  });
  return execute(`INSERT INTO queue_message (queue, body, sent_at, visible_at, receives) VALUES ${rows.join(', ')}`);
}

/** Adds a webhook event that was ignored, since its kind means nothing here. */
export function addIgnoredEvent(eventId, kind) {
  const body = JSON.stringify({ type: kind, timestamp: new Date().toISOString(), data: {} });
  const values = [randomUUID(), 'standard', eventId, kind].map(literal).join(', ');
  return execute(
    `INSERT INTO webhook_event (id, source, event_id, kind, received_at, headers, body, state, detail, settled_at)
     VALUES (${values}, now(), '{}', convert_to(${literal(body)}, 'UTF8'), 'IGNORED', 'of no kind known here', now())`,
  );
}

/** Calls `send` while a table is locked, until a statement has waited a second for the lock; resolves to its result. */
export async function sendBlocked(table, send) {
  const [program, connection] = psql();
  const locking = spawn(program, connection, { stdio: ['pipe', 'ignore', 'inherit'] });
  const ended = once(locking, 'exit');
  locking.stdin.write(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE;\n`);
  const locks = async (condition) => {
    const sql = `SELECT count(*) FROM pg_locks WHERE relation = ${literal(table)}::regclass AND ${condition}`;
    while ((await execute(sql)).trim() === '0');
  };
  await locks("granted AND mode = 'AccessExclusiveLock'");
  const result = send();
  await locks("NOT granted AND waitstart < clock_timestamp() - interval '1 second'");
  locking.stdin.end('COMMIT;\n');
  await ended;
  return result;
}

function execute(sql) {
  const [program, connection] = psql();
  return command(program, [...connection, '--command', sql]);
}

/** The path of psql, and the arguments with which it connects. */
function psql() {
  // Postgres notes there which program it is, and where its socket is.
  const folder = join(home, 'postgres');
  const data = join(
    folder,
    readdirSync(folder).find((name) => /^\d+$/.test(name)),
  );
  const [program] = readFileSync(join(data, 'postmaster.opts'), 'utf8').split(' ');
  const [, , , port, socket] = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
  const connection = ['-h', socket, '-p', port, '-U', 'coach', '-d', 'coach'];
  const options = ['--no-psqlrc', '--quiet', '--tuples-only', '--set=ON_ERROR_STOP=1'];
  return [join(dirname(program), 'psql'), [...connection, ...options]];
}

function literal(text) {
  return `'${text.replaceAll("'", "''")}'`;
}
