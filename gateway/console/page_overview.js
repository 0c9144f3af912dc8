// What somebody on call looks at first.
import { h } from './dom.js';
import { age, count, duration, NONE, time } from './format.js';
import { liveBadge } from './live_state.js';
import { queueTable } from './queues.js';
import { address } from './router.js';
import { badge, figures, section, table } from './table.js';

const OPERATION = `query ConsoleOverview {
  operations {
    queues {
      name
      depth
      oldestAgeSeconds
      inFlight
      deadLetters
      pausedSince
    }
    outbox {
      lagSeconds
      oldestUnsentAt
      unsent
    }
    processStarts {
      id
      startedAt
      role
      version
      deployment
    }
  }
  liveStream {
    state
    session {
      id
      title
      startsAt
    }
  }
  slowRequests(first: 100) {
    requestId
    operation
    durationMs
    startedAt
  }
}
`;

/** An outbox that is sent has no row older than this, in seconds. */
const LATE_OUTBOX = 5;

export const overview = {
  operation: OPERATION,
  title: () => 'Overview',
  render: ({ data }) => {
    const { operations, liveStream, slowRequests } = data;
    return [
      figures([...queueFigures(operations), ...otherFigures(liveStream, slowRequests)]),
      section('Queues', operations && queueTable(operations.queues)),
      section('Process starts', operations && starts(operations.processStarts)),
    ];
  },
};

function queueFigures(operations) {
  if (!operations) return [];
  const { outbox, queues } = operations;
  const sum = (name) => queues.reduce((total, queue) => total + queue[name], 0);
  const dead = sum('deadLetters');
  const paused = queues.filter(({ pausedSince }) => pausedSince);
  return [
    ['Dead letters', count(dead), '#/queues', dead > 0 && 'bad'],
    ['Outbox lag', age(outbox.lagSeconds), null, outbox.lagSeconds > LATE_OUTBOX && 'warn'],
    ['Outbox, unsent', count(outbox.unsent)],
    ['Messages waiting', count(sum('depth'))],
    ['In flight', count(sum('inFlight'))],
    paused.length > 0 && ['Paused queues', count(paused.length), address(['queues', paused[0].name]), 'warn'],
  ];
}

function otherFigures(liveStream, slowRequests) {
  const slowest = slowRequests?.[0];
  const more = slowRequests?.length === 100 ? '+' : '';
  return [
    ['Live', liveStream ? liveBadge(liveStream.state) : NONE, '#/live'],
    ['Slow or failed', slowRequests ? count(slowRequests.length) + more : NONE, '#/requests'],
    slowest && ['Slowest', duration(slowest.durationMs), address(['requests', slowest.requestId])],
  ];
}

function starts(processStarts) {
  const roles = { GATEWAY: 'gateway', WORKER: 'worker' };
  return table({
    caption: 'Starts of gateways and workers, the newest first',
    rows: processStarts,
    key: ({ id }) => id,
    empty: 'No start is recorded. Gateways and workers note theirs in the database that they use.',
    columns: [
      ['Started', ({ startedAt }) => time(startedAt)],
      ['Role', ({ role }) => roles[role] ?? role],
      ['Version', ({ version }) => h('code', {}, version)],
      ['Deployment', ({ deployment }) => (deployment ? badge(deployment, deployments[deployment]) : NONE)],
    ],
  });
}

const deployments = { blue: 'blue', green: 'good' };
