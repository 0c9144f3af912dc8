// Live sessions: what is on, what the status file says, and what the person on call does about it.
import { request } from './api.js';
import { confirmChange } from './change.js';
import { h } from './dom.js';
import { ageSince, count, NONE, time } from './format.js';
import {
  cancelChange,
  publishChange,
  replayChange,
  rescheduleChange,
  scheduleChange,
  setChange,
} from './live_changes.js';
import { liveBadge } from './live_state.js';
import { facts, section, table } from './table.js';

// The rest is for everybody: `operations` is refused to all but staff.
const OPERATION = `query ConsoleLive {
  operations {
    outbox {
      unsent
    }
  }
  liveStream {
    state
    startedAt
    updatedAt
    playbackUrl
    statusUrl
    session {
      ...Session
    }
  }
  liveSessions(first: 50) {
    nodes {
      ...Session
    }
  }
}

fragment Session on LiveSession {
  id
  title
  coach
  startsAt
  waitingRoomOpensAt
  state
  replayUrl
}
`;

/** Where the gateway serves the status file. */
const STATUS_FILE = '/live/status.json';

export const live = {
  operation: OPERATION,
  title: () => 'Live',
  load: async ({ send, signal }) => {
    const [loaded, file] = await Promise.all([
      send(OPERATION),
      request(STATUS_FILE, { signal }).catch((error) => ({ error })),
    ]);
    // Where there is no file yet, the answer is an error as JSON.
    return { ...loaded, data: { ...loaded.data, file: file.polling ? file : null } };
  },
  actions: (view) => [
    button(view, 'Schedule…', scheduleChange()),
    button(view, 'Publish the file again…', publishChange()),
  ],
  render: (view) => {
    const { liveStream, liveSessions, file } = view.data;
    const session = liveStream?.session;
    return [
      section('Present session', session ? present(liveStream) : nothing(), session && buttons(view, session)),
      section('Status file', statusFile(file, liveStream)),
      liveSessions && section('Sessions', sessions(view)),
    ];
  },
};

function nothing() {
  return h('p.empty', {}, 'No session was ever announced. Schedule one, and apps show when it begins.');
}

function present({ session, state, startedAt, playbackUrl }) {
  return facts([
    ['State', liveBadge(state)],
    ['Title', session.title],
    ['Coach', session.coach],
    ['Begins', time(session.startsAt)],
    ['Waiting room', time(session.waitingRoomOpensAt)],
    startedAt && ['On air since', time(startedAt)],
    ['Playback', playbackUrl ?? NONE, 'wide'],
    session.replayUrl && ['Recording', session.replayUrl, 'wide'],
    ['Id', h('code', {}, session.id), 'wide'],
  ]);
}

function statusFile(file, liveStream) {
  if (!file) {
    return h(
      'p.empty',
      {},
      'There is no status file that can be read. A worker writes it, or “Publish the file again”.',
    );
  }
  const latest = liveStream && Date.parse(liveStream.updatedAt);
  const isBehind = latest > Date.parse(file.updatedAt);
  return facts([
    ['State', file.state ? liveBadge(file.state) : 'nothing was announced'],
    ['Version', count(file.version)],
    ['Changed', [time(file.updatedAt), h('span.muted', {}, ` ${ageSince(file.updatedAt)} ago`)]],
    ['Session', file.session?.title ?? NONE],
    ['Playback', file.playbackUrl ?? NONE, 'wide'],
    isBehind && ['Behind', h('strong.bad', {}, 'the API knows of a later change')],
    [
      'On the CDN',
      liveStream ? h('a', { href: liveStream.statusUrl, rel: 'noreferrer' }, liveStream.statusUrl) : NONE,
      'wide',
    ],
  ]);
}

function sessions(view) {
  return table({
    caption: 'Sessions, the latest start first',
    rows: view.data.liveSessions.nodes,
    key: ({ id }) => id,
    empty: 'No session is announced, and none was.',
    columns: [
      ['Begins', ({ startsAt }) => time(startsAt)],
      ['State', ({ state }) => liveBadge(state)],
      ['Title', ({ title }) => title, 'wide'],
      ['Coach', ({ coach }) => coach],
      [h('span.hidden', {}, 'Actions'), (session) => buttons(view, session)],
    ],
  });
}

/** What can be done with a session in its stage; stages only go forward. */
function buttons(view, session) {
  const changes = {
    SCHEDULED: ['LIVE', 'FAILED'].map((state) => [wordOf(state), setChange(session, state)]),
    LIVE: ['LIVE', 'ENDED', 'FAILED'].map((state) => [wordOf(state, session), setChange(session, state)]),
    ENDED: [['Recording…', replayChange(session)]],
    FAILED: [['Recording…', replayChange(session)]],
  }[session.state];
  if (session.state === 'SCHEDULED') {
    changes.push(['Reschedule…', rescheduleChange(session)], ['Cancel…', cancelChange(session)]);
  }
  return h(
    'div.actions',
    {},
    changes.map(([label, change]) => button(view, label, change)),
  );
}

function wordOf(state, session) {
  if (state === 'LIVE') return session?.state === 'LIVE' ? 'Playback…' : 'Set live…';
  return state === 'ENDED' ? 'Set ended…' : 'Set failed…';
}

function button(view, label, change) {
  const carryOut = async () => {
    if ((await confirmChange(change)) !== null) await view.refresh();
  };
  const style = change.isDestructive ? '.destructive' : '';
  return h(`button${style}`, { type: 'button', 'data-key': label, onclick: carryOut }, label);
}
