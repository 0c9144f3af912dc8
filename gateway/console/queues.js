// The table of all queues.
import { h } from './dom.js';
import { age, count, time } from './format.js';
import { address } from './router.js';
import { badge, table } from './table.js';

/** All queues, as links to their pages. */
export function queueTable(queues) {
  return table({
    caption: 'Queues',
    rows: queues,
    key: ({ name }) => name,
    empty: 'There is no queue.',
    columns: [
      ['Queue', ({ name }) => h('a', { href: address(['queues', name]) }, name)],
      ['Dead letters', ({ deadLetters }) => deadCount(deadLetters), 'number'],
      ['Waiting', ({ depth }) => count(depth), 'number'],
      ['Oldest', ({ oldestAgeSeconds }) => age(oldestAgeSeconds), 'number'],
      ['In flight', ({ inFlight }) => count(inFlight), 'number'],
      ['State', ({ pausedSince }) => stateOf(pausedSince)],
    ],
  });
}

/** Whether a queue runs, or since when it is paused. */
export function stateOf(pausedSince) {
  return pausedSince ? [badge('paused', 'warn'), ' since ', time(pausedSince)] : badge('running', 'good');
}

function deadCount(deadLetters) {
  return deadLetters > 0 ? h('strong.bad', {}, count(deadLetters)) : '0';
}
