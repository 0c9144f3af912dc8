// Requests that were slow or failed.
import { h } from './dom.js';
import { count, duration, NONE, time } from './format.js';
import { address, navigate } from './router.js';
import { badge, section, table } from './table.js';

const OPERATION = `query ConsoleRequests {
  slowRequests(first: 100) {
    requestId
    startedAt
    instance
    operation
    operationType
    status
    durationMs
    poolWaitMs
    cost
    errorCodes
    statements {
      position
    }
  }
}
`;

export const requests = {
  operation: OPERATION,
  title: () => 'Requests',
  render: ({ data }) => [
    search(),
    data.slowRequests && section('Slow or failed in the last hour', slow(data.slowRequests)),
  ],
};

function search() {
  const submit = (event) => {
    event.preventDefault();
    const wanted = event.target.querySelector('input').value.trim();
    if (wanted) navigate(['requests', wanted]);
  };
  const input = { id: 'request-id', type: 'search', autocomplete: 'off', spellcheck: 'false', required: true };
  return h(
    'form.search',
    { 'data-key': 'search', onsubmit: submit },
    h('label', { for: 'request-id' }, 'Request id'),
    h('input', { ...input, placeholder: 'the header x-request-id of the answer' }),
    h('button', { type: 'submit' }, 'Find'),
  );
}

function slow(rows) {
  const slowest = Math.max(...rows.map(({ durationMs }) => durationMs), 1);
  return table({
    caption: 'Requests, the slowest first',
    rows,
    key: ({ requestId }) => requestId,
    empty: 'No request was slow or failed in the last hour.',
    columns: [
      ['Duration', ({ durationMs }) => duration(durationMs), 'number'],
      [h('span.hidden', {}, 'Share'), ({ durationMs }) => share(durationMs / slowest)],
      [
        'Operation',
        ({ requestId, operation }) => h('a', { href: address(['requests', requestId]) }, operation ?? 'unnamed'),
      ],
      ['Type', ({ operationType }) => operationType ?? NONE],
      ['Status', ({ status, errorCodes }) => [count(status), ' ', errorCodes.map((code) => badge(code, 'bad'))]],
      ['Statements', ({ statements }) => count(statements.length), 'number'],
      ['Pool wait', ({ poolWaitMs }) => duration(poolWaitMs), 'number'],
      ['Cost', ({ cost }) => count(cost), 'number'],
      ['At', ({ startedAt }) => time(startedAt)],
      ['Instance', ({ instance }) => h('code', {}, instance)],
    ],
  });
}

function share(part) {
  return h('div.share', { 'aria-hidden': 'true' }, h('div', { style: { width: `${(part * 100).toFixed(1)}%` } }));
}
