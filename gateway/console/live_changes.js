// Changes of live sessions.
import { ZONE_HINT } from './fields.js';
import { toLocalInput } from './format.js';

const RESULT = `{
    liveSession {
      id
      title
      state
      startsAt
    }
    userErrors {
      message
      code
      path
    }
  }`;

const SET = `mutation ConsoleSetLiveSession($input: SetLiveSessionInput!) {
  setLiveSession(input: $input) ${RESULT}
}
`;

const SCHEDULE = `mutation ConsoleScheduleLiveSession($input: ScheduleLiveSessionInput!) {
  scheduleLiveSession(input: $input) ${RESULT}
}
`;

const RESCHEDULE = `mutation ConsoleRescheduleLiveSession($input: RescheduleLiveSessionInput!) {
  rescheduleLiveSession(input: $input) ${RESULT}
}
`;

const CANCEL = `mutation ConsoleCancelLiveSession($input: CancelLiveSessionInput!) {
  cancelLiveSession(input: $input) ${RESULT}
}
`;

const PUBLISH = `mutation ConsolePublishLiveStatus($input: PublishLiveStatusInput!) {
  publishLiveStatus(input: $input) {
    liveStream {
      state
      updatedAt
    }
    userErrors {
      message
      code
      path
    }
  }
}
`;

const STAGES = {
  LIVE: {
    verb: 'Set live',
    explain:
      'Apps show the session as live, and play the stream. Only needed when the video provider does not report it.',
  },
  ENDED: { verb: 'Set ended', explain: 'Apps show the session as over. It cannot go back.' },
  FAILED: { verb: 'Set failed', explain: 'Apps show the session as broken off. It cannot go back.' },
};

/** Sets the stage of a session, in place of the video provider's notification. */
export function setChange(session, state) {
  const { verb, explain } = STAGES[state];
  const playback = {
    name: 'playbackUrl',
    label: 'Playback URL (HLS)',
    type: 'url',
    isOptional: session.state === 'LIVE',
  };
  return {
    title: `${verb}: ${session.title}`,
    verb,
    explain,
    isDestructive: state !== 'LIVE',
    operation: SET,
    fields: state === 'LIVE' ? [playback] : undefined,
    input: ({ playbackUrl }) => present({ liveSessionId: session.id, state, playbackUrl }),
    hasDryRun: true,
    outcome: (_, { playbackUrl }) => {
      const plays = playbackUrl ? `, playing ${playbackUrl}` : '';
      return { text: `${session.title}, now ${session.state.toLowerCase()}, would be ${state.toLowerCase()}${plays}.` };
    },
    done: () => `${session.title} is ${state.toLowerCase()}.`,
  };
}

/** Names the recording of a session. */
export function replayChange(session) {
  return {
    title: `Recording of ${session.title}`,
    verb: 'Set recording',
    explain: 'Apps offer the recording.',
    operation: SET,
    fields: [{ name: 'replayUrl', label: 'Recording (URL)', type: 'url', value: session.replayUrl }],
    input: ({ replayUrl }) => present({ liveSessionId: session.id, replayUrl }),
    hasDryRun: true,
    outcome: (_, { replayUrl }) => ({ text: `The recording of ${session.title} would be ${replayUrl}.` }),
    done: () => `${session.title} has its recording.`,
  };
}

/** Writes the status file again. */
export function publishChange() {
  const hint = 'After a restore of the database, the file may be ahead of it and would be left as it is.';
  return {
    title: 'Publish the status file again',
    verb: 'Publish',
    explain: 'The status file is written from the database, if the two differ.',
    operation: PUBLISH,
    fields: [{ name: 'raise', label: 'Raise the version above that of the file', type: 'checkbox', hint }],
    input: ({ raise = false }) => ({ raise }),
    done: () => 'The status file is as the database has it.',
  };
}

/** Announces a session. */
export function scheduleChange() {
  return {
    title: 'Schedule a live session',
    verb: 'Schedule',
    explain: 'Apps show it, and open its waiting room 15 minutes before unless another time is named.',
    operation: SCHEDULE,
    fields: fieldsOfSession({}, { isOptional: true }),
    input: present,
    done: ({ liveSession }) => `${liveSession.title} is scheduled.`,
  };
}

/** Moves a session that has not started, or changes how it is announced. */
export function rescheduleChange(session) {
  return {
    title: `Reschedule ${session.title}`,
    verb: 'Reschedule',
    explain: 'Apps show the new time within seconds.',
    operation: RESCHEDULE,
    fields: fieldsOfSession(session, { isOptional: false }).filter(({ name }) => name !== 'videoJobId'),
    input: (values) => ({ liveSessionId: session.id, ...present(values) }),
    done: ({ liveSession }) => `${liveSession.title} is rescheduled.`,
  };
}

/** Calls a session off that has not started. */
export function cancelChange(session) {
  return {
    title: `Cancel ${session.title}`,
    verb: 'Cancel the session',
    isDestructive: true,
    explain: 'The session is called off, and apps no longer show it. It cannot come back: schedule a new one.',
    operation: CANCEL,
    input: () => ({ liveSessionId: session.id }),
    done: () => `${session.title} is called off.`,
  };
}

function fieldsOfSession({ title, coach, startsAt, waitingRoomOpensAt }, { isOptional }) {
  const local = (iso) => iso && toLocalInput(new Date(iso));
  const [begins, opens] = [local(startsAt), local(waitingRoomOpensAt)];
  return [
    { name: 'title', label: 'Title', value: title },
    { name: 'coach', label: 'Coach', value: coach },
    { name: 'startsAt', label: 'Begins', type: 'datetime-local', value: begins, hint: ZONE_HINT },
    { name: 'waitingRoomOpensAt', label: 'Waiting room opens', type: 'datetime-local', value: opens, isOptional },
    { name: 'videoJobId', label: 'The video provider’s id of the job', isOptional: true },
  ];
}

/** The input without what was left empty. */
function present(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));
}
