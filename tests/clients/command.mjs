// Runs a tool; when it fails, the error includes its output.
import { execFile } from 'node:child_process';

/** Resolves to the standard output of the tool. */
export function command(file, args, options) {
  return new Promise((resolve, reject) => {
    execFile(file, args, { maxBuffer: 64 << 20, ...options }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stdout}\n${stderr}`));
      else resolve(stdout);
    });
  });
}
