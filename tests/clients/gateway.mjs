// A gateway for the suites: `coach dev` on a free port, with its own home folder.
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const SECONDS_TO_START = 180;

/** Stops the gateway when its standard input is closed, which happens also when this process is killed. */
const WATCHED = 'exec 3<&0; { cat <&3; kill $$; } >/dev/null 2>&1 & exec "$0" dev </dev/null 3<&-';

/** Members of the seed that suites sign in as, by the local parts of their addresses. */
const MEMBERS = ['maya', 'dani', 'nora', 'chen', 'theo', 'lara', 'gwen', 'ravi', 'nobody', 'sam'];

/** Starts a gateway, with further settings, and resolves once it is ready. */
export async function start(coach, folder, settings = {}) {
  const home = join(folder, 'home');
  removeHome(home);
  mkdirSync(home, { recursive: true });
  const env = {
    // Settings in the environment are not meant for this gateway.
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('COACH_'))),
    ...(process.env.COACH_POSTGRES_BIN && { COACH_POSTGRES_BIN: process.env.COACH_POSTGRES_BIN }),
    COACH_HOME: home,
    COACH_LISTEN: '127.0.0.1:0',
    // Suites send more mutations in seconds than a member in days.
    COACH_LIMIT_COMMANDS: '100000',
    ...settings,
  };
  const child = spawn('sh', ['-c', WATCHED, coach], { env, cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const log = [];
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line));

  const stop = async () => {
    child.stdin.end();
    await ended;
    removeHome(home);
  };
  try {
    const address = await ready(child, ended);
    const tokens = {};
    for (const member of MEMBERS) {
      const { stdout } = await promisify(execFile)(coach, ['token', `${member}@demo.coach.example`], {
        env,
        cwd: folder,
      });
      tokens[member] = stdout.trim();
    }
    return { address, home, tokens, log, stop };
  } catch (error) {
    await stop();
    throw new Error(`the gateway did not start:\n${log.join('\n')}`, { cause: error });
  }
}

/** Resolves to the address that the gateway prints when it is ready. */
function ready(child, ended) {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /(http:\/\/\S+)\/graphiql/.exec(line);
      if (found) resolve(found[1]);
    });
    ended.then((code) => reject(new Error(`it ended with ${code}`)));
    setTimeout(
      () => reject(new Error(`it was not ready within ${SECONDS_TO_START} s`)),
      SECONDS_TO_START * 1000,
    ).unref();
  });
}

/** Removes the home folder and its database, which is elsewhere if the user of Postgres cannot access the home. */
function removeHome(home) {
  try {
    rmSync(realpathSync(join(home, 'postgres')), { recursive: true, force: true });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  rmSync(home, { recursive: true, force: true });
}
