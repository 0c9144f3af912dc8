// One queue: its dead letters, and what can be done about them.
import { confirmChange } from './change.js';
import { h } from './dom.js';
import { age, count, counted, NONE, time } from './format.js';
import { discardChange, pauseChange, redriveChange, resumeChange } from './queue_changes.js';
import { stateOf } from './queues.js';
import { address } from './router.js';
import { facts, section, table } from './table.js';

const OPERATION = `query ConsoleQueue($queue: String!) {
  operations {
    queues {
      name
      depth
      oldestAgeSeconds
      inFlight
      deadLetters
      pausedSince
    }
  }
  deadLetters(queue: $queue, first: 100) {
    id
    kind
    version
    messageId
    occurredAt
    enqueuedAt
    receives
  }
}
`;

const STATUS = `query ConsoleQueues {
  operations {
    queues {
      name
      depth
      oldestAgeSeconds
      inFlight
      deadLetters
      pausedSince
    }
  }
}
`;

export const queue = {
  operation: OPERATION,
  title: (view) => nameOf(view) ?? 'Queues',
  variables: (view) => ({ queue: nameOf(view) ?? '' }),
  load: async (view, isRepeated) => {
    if (nameOf(view) === undefined) await openOne(view);
    const loaded = await load(view, isRepeated);
    const present = new Set((loaded.data.deadLetters ?? []).map(({ id }) => id));
    const selection = (view.state.selection ??= new Set());
    for (const id of selection) if (!present.has(id)) selection.delete(id);
    return loaded;
  },
  actions: (view) => {
    const status = statusOf(view);
    if (!status) return null;
    const toggle = status.pausedSince ? resumeChange(status.name) : pauseChange(status.name);
    return h('button', { type: 'button', onclick: () => carryOut(view, toggle) }, `${toggle.verb}…`);
  },
  render: (view) => [
    strip(view),
    summary(statusOf(view)),
    view.data.deadLetters && section('Dead letters', letters(view), buttons(view)),
  ],
};

/** Reads dead letters again only when their number has changed: Amazon's queues count each look as a receive. */
async function load(view, isRepeated) {
  const known = view.data;
  if (isRepeated && known?.deadLetters) {
    const { data, problems } = await view.send(STATUS);
    const latest = { ...known, operations: data.operations };
    const deadOf = (data) => statusOf({ ...view, data })?.deadLetters;
    if (deadOf(latest) === deadOf(known)) return { data: latest, problems };
  }
  return view.send(OPERATION, queue.variables(view));
}

/** Shows the queue that needs somebody the most. */
async function openOne(view) {
  const { data, problems } = await view.send(STATUS);
  const queues = data.operations?.queues ?? [];
  if (queues.length === 0) throw problems[0] ?? new Error('There is no queue.');
  const worst = queues.reduce((one, other) => (other.deadLetters > one.deadLetters ? other : one));
  location.replace(address(['queues', worst.name]));
  // The page of that queue takes over.
  return new Promise(() => {});
}

function nameOf({ route }) {
  return route.segments[1];
}

function statusOf(view) {
  return view.data.operations?.queues.find(({ name }) => name === nameOf(view));
}

/** Links to all queues. */
function strip(view) {
  const links = (view.data.operations?.queues ?? []).map(({ name, deadLetters, pausedSince }) =>
    h(
      'a',
      { href: address(['queues', name]), 'aria-current': name === nameOf(view) && 'page' },
      name,
      pausedSince && h('span.warn', {}, ' paused'),
      deadLetters > 0 && h('strong.bad', { title: counted(deadLetters, 'dead letter') }, ` ${count(deadLetters)}`),
    ),
  );
  return h('nav.strip', { 'data-key': 'strip', 'aria-label': 'Queues' }, links);
}

function summary(status) {
  if (!status) return null;
  return facts([
    ['Waiting', count(status.depth)],
    ['Oldest', age(status.oldestAgeSeconds)],
    ['In flight', count(status.inFlight)],
    ['Dead letters', count(status.deadLetters)],
    ['State', stateOf(status.pausedSince)],
  ]);
}

function letters(view) {
  const { deadLetters } = view.data;
  const rows = table({
    caption: 'Dead letters, the oldest first',
    rows: deadLetters,
    key: ({ id }) => id,
    selection: view.state.selection,
    onSelect: view.draw,
    empty: 'No dead letters: every message was worked on within five attempts.',
    columns: [
      ['Kind', ({ kind, version }) => (kind ? [h('code', {}, kind), h('span.muted', {}, ` ${version}`)] : 'not ours')],
      ['Happened', ({ occurredAt }) => time(occurredAt)],
      ['Enqueued', ({ enqueuedAt }) => time(enqueuedAt)],
      ['Receives', ({ receives }) => count(receives), 'number'],
      ['Message', ({ messageId }) => h('code', {}, messageId ?? NONE)],
      ['Id in the queue', ({ id }) => h('code', {}, id)],
    ],
  });
  const total = statusOf(view)?.deadLetters ?? 0;
  const isPart = total > deadLetters.length;
  return [rows, isPart && h('p.muted', {}, `The oldest ${count(deadLetters.length)} of ${count(total)} are shown.`)];
}

function buttons(view) {
  if (view.data.deadLetters.length === 0) return null;
  const ids = [...view.state.selection];
  const name = nameOf(view);
  const total = statusOf(view)?.deadLetters ?? view.data.deadLetters.length;
  const whose = ids.length > 0 ? `${count(ids.length)} selected` : 'all';
  const redrive = () => carryOut(view, redriveChange(name, ids, total));
  const discard = () => carryOut(view, discardChange(name, ids, total));
  return h(
    'div.actions',
    {},
    h('button', { type: 'button', onclick: redrive }, `Redrive ${whose}…`),
    h('button.destructive', { type: 'button', onclick: discard }, `Discard ${whose}…`),
  );
}

async function carryOut(view, change) {
  if ((await confirmChange(change)) === null) return;
  view.state.selection.clear();
  await view.refresh();
}
