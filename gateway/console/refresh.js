// Keeps a page up to date.

/** The time between two refreshes in milliseconds. */
const INTERVAL = 5_000;

/**
 * Runs a task at once and every five seconds, except while the tab is hidden or a dialog is open, until the signal is
 * aborted. The task gets whether it is only repeated. Returns a function that runs it in between.
 */
export function keepFresh(task, signal) {
  let timer;
  let last = Promise.resolve();
  const run = async (isRepeated) => {
    clearTimeout(timer);
    if (signal.aborted) return;
    await task(isRepeated);
    schedule();
  };
  // One after the other, so that what is requested after a change shows the change.
  const enqueue = (isRepeated) => (last = last.then(() => run(isRepeated)));
  const now = () => enqueue(false);
  const schedule = () => {
    clearTimeout(timer);
    if (signal.aborted) return;
    timer = setTimeout(() => (isPaused() ? schedule() : enqueue(true)), INTERVAL);
  };
  signal.addEventListener('abort', () => clearTimeout(timer));
  const onVisible = () => document.hidden || enqueue(true);
  document.addEventListener('visibilitychange', onVisible, { signal });
  now();
  return now;
}

/** Whether somebody reads what must not change meanwhile, or nobody looks. */
export function isPaused() {
  return document.hidden || document.querySelector('dialog[open]') !== null;
}
