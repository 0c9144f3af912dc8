// The object store of `coach dev`, in which the suite loses what operators write again.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { home } from '../../endpoint.mjs';

const STATUS_FILE = join(home, 'objects', 'live', 'status.json');

/** Waits until the worker has written the status file with this state, and removes it. */
export async function removeStatusFile(state) {
  while (JSON.parse(await readFile(STATUS_FILE, 'utf8')).state !== state) await setTimeout(50);
  await rm(STATUS_FILE);
}
