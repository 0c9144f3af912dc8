// The time of a request, from its beginning on the left to its end on the right.
import { h } from './dom.js';
import { count, duration, NONE } from './format.js';

/** Statements and batches of a trace, in the order in which they began. */
export function waterfall(trace) {
  const end = Math.max(trace.durationMs, ...[...trace.statements, ...trace.batches].map(endOf), 0.001);
  const rows = [
    ...trace.batches.map((batch) => ({ ...batch, kind: 'batch', key: `b ${batch.name} ${batch.startedAtMs}` })),
    ...trace.statements.map((statement) => ({ ...statement, kind: 'statement', key: `s ${statement.position}` })),
  ];
  // What began at the same time: the batch before its statements.
  rows.sort((one, other) => one.startedAtMs - other.startedAtMs || one.kind.localeCompare(other.kind));
  if (rows.length === 0) return h('p.empty', {}, 'The request took no statement: it was answered from memory.');
  const caption = 'Statements and batches, in the order in which they began';
  const head = (text) => h('th.number', { scope: 'col' }, text);
  return h(
    'div.scroll',
    { 'data-key': 'waterfall', tabindex: 0, role: 'region', 'aria-label': caption },
    h(
      'table.waterfall',
      {},
      h('caption.hidden', {}, caption),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('th.what', { scope: 'col' }, 'What'),
          head('Duration'),
          h('th.timeline', { scope: 'col' }, scale(end)),
          head('Rows or keys'),
          head('Pool wait'),
        ),
      ),
      h(
        'tbody',
        {},
        rows.map((row) => line(row, end)),
      ),
    ),
  );
}

function line(row, end) {
  const isStatement = row.kind === 'statement';
  return h(
    'tr',
    { 'data-key': row.key },
    h('td.what', {}, isStatement ? statement(row) : h('code.batch', {}, row.name)),
    h('td.number', {}, duration(row.durationMs)),
    h('td.timeline', {}, h('div.track', { 'aria-hidden': 'true' }, bars(row, end))),
    h('td.number', {}, isStatement ? count(row.rows) : h('span.muted', {}, count(row.keys))),
    h('td.number', {}, row.waitMs ? duration(row.waitMs) : NONE),
  );
}

function statement({ position, sql, errorCode }) {
  const short = sql.replace(/\s+/g, ' ').trim();
  return h(
    'details',
    {},
    h('summary', {}, `${position} `, h('code', {}, short), errorCode && h('strong.bad', {}, ` ${errorCode}`)),
    h('pre.sql', { tabindex: 0 }, sql),
  );
}

/** The wait for a connection, then the work. */
function bars({ startedAtMs, durationMs, waitMs = 0, kind, errorCode }, end) {
  const style = (from, length) => ({ left: `${(from / end) * 100}%`, width: `${(length / end) * 100}%` });
  const tone = errorCode ? '.failed' : '';
  return [
    waitMs > 0 && h('div.wait', { style: style(startedAtMs, Math.min(waitMs, durationMs)) }),
    h(`div.${kind}${tone}`, {
      style: style(startedAtMs + Math.min(waitMs, durationMs), Math.max(durationMs - waitMs, 0)),
    }),
  ];
}

function scale(end) {
  return h('span.scale', {}, h('span', {}, '0'), h('span', {}, duration(end / 2)), h('span', {}, duration(end)));
}

function endOf({ startedAtMs, durationMs }) {
  return startedAtMs + durationMs;
}
