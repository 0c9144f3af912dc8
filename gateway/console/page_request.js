// One request: where its time went, and what it caused.
import { confirmChange } from './change.js';
import { h } from './dom.js';
import { count, duration, NONE, time } from './format.js';
import { explainChange } from './explain.js';
import { address } from './router.js';
import { badge, facts, section, table } from './table.js';
import { waterfall } from './waterfall.js';

const OPERATION = `query ConsoleRequest($requestId: String!) {
  requestTrace(requestId: $requestId) {
    requestId
    startedAt
    instance
    operation
    operationType
    status
    durationMs
    cost
    errorCodes
    prepareMs
    executeMs
    poolWaitMs
    statements {
      position
      sql
      startedAtMs
      durationMs
      waitMs
      rows
      errorCode
    }
    batches {
      name
      keys
      startedAtMs
      durationMs
    }
    sideEffects {
      messageId
      kind
      queue
      state
    }
    traceId
  }
}
`;

export const request = {
  operation: OPERATION,
  title: ({ route }) => `Request ${route.segments[1]}`,
  variables: ({ route }) => ({ requestId: route.segments[1] }),
  actions: (view) => {
    const trace = view.data.requestTrace;
    if (!trace || trace.statements.length === 0) return null;
    const explain = async () => {
      const payload = await confirmChange(explainChange(trace.requestId));
      if (payload === null) return;
      view.state.explanations = payload.explanations;
      view.draw();
    };
    return h('button', { type: 'button', onclick: explain }, 'Explain…');
  },
  render: (view) => {
    const trace = view.data.requestTrace;
    if (!trace) return view.problems.length > 0 ? null : unknown();
    return [
      summary(trace),
      section('Where the time went', waterfall(trace)),
      view.state.explanations && section('Plans', plans(view.state.explanations)),
      section('Side effects', sideEffects(trace.sideEffects)),
    ];
  },
};

function unknown() {
  return h(
    'p.empty',
    { 'data-key': 'unknown' },
    'No such request is known. A gateway remembers its own requests for an hour; of others, the slow and failed ones are kept for 24 hours. The log has all of them.',
  );
}

function summary(trace) {
  return facts([
    ['Operation', trace.operation ?? 'unnamed'],
    ['Type', trace.operationType ?? NONE],
    ['Status', [count(trace.status), ' ', trace.errorCodes.map((code) => badge(code, 'bad'))]],
    ['Duration', h('strong', {}, duration(trace.durationMs))],
    ['Preparing', duration(trace.prepareMs)],
    ['Executing', duration(trace.executeMs)],
    ['Pool wait', duration(trace.poolWaitMs)],
    ['Statements', count(trace.statements.length)],
    ['Batches', count(trace.batches.length)],
    ['Cost', count(trace.cost)],
    ['At', time(trace.startedAt)],
    ['Instance', h('code', {}, trace.instance), 'wide'],
    trace.traceId && ['Trace', h('code', {}, trace.traceId), 'wide'],
  ]);
}

const STATES = { UNSENT: 'blue', SENT: 'blue', DONE: 'good', DEAD: 'bad' };

function sideEffects(rows) {
  return table({
    caption: 'Messages that the request caused',
    rows,
    key: ({ messageId }) => messageId,
    empty: 'The request caused no message.',
    columns: [
      ['State', ({ state }) => badge(state.toLowerCase(), STATES[state])],
      ['Kind', ({ kind }) => h('code', {}, kind)],
      ['Queue', ({ queue }) => h('a', { href: address(['queues', queue]) }, queue)],
      ['Message', ({ messageId }) => h('code', {}, messageId)],
    ],
  });
}

function plans(explanations) {
  if (explanations.length === 0) return h('p.empty', {}, 'There is no statement to explain.');
  return explanations.map(({ position, sql, plan, skipped }) =>
    h(
      'article.plan',
      { 'data-key': `plan-${position}` },
      h('h3', {}, `Statement ${position}`),
      h('pre.sql', { tabindex: 0, 'aria-label': `Statement ${position}` }, sql),
      skipped
        ? h('p.muted', {}, `Not run: ${skipped}.`)
        : h('pre', { tabindex: 0, 'aria-label': `Plan of statement ${position}` }, plan),
    ),
  );
}
