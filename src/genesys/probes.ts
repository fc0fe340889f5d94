/**
 * Requests that tell what the OAuth client may do, and change nothing: those that the bot makes anyway. Some only read.
 * The others ask to change something that cannot exist, by an id made up for it: Genesys looks at the permission before
 * it looks for the thing, so 403 says that the permission is missing, and 404 that only the thing is. Even so it is
 * the gentler of two changes that is asked for: to stop, never to start; to resume, never to pause.
 */
import { RecordError } from '../core/errors.js';
import type { NewId, RequestOptions } from '../core/ports.js';
import { activityRequest } from './activity-query.js';
import { adhocRequest, callRequest, recordingStateRequest, snippetRequest } from './call-requests.js';
import type { GenesysClient } from './client.js';
import { callsRequest, jobsRequest, stopRequest, toWindow } from './recording-jobs.js';
import type { GenesysRequest } from './request.js';
import { type Page, readPage } from './schema.js';

export interface Probe {
  readonly id: string;
  /** What the permission is for, in a few words. */
  readonly title: string;
  readonly permission: string;
  /** Gives what was seen. Throws `RecordError` as the client does: where the permission is missing, the cure names it. */
  readonly ask: (client: GenesysClient, options: RequestOptions) => Promise<string>;
}

export interface ProbeDeps {
  readonly now: number;
  readonly newId: NewId;
}

/** Those of each contract. */
export const probes = {
  'recording-jobs': ({ now, newId }: ProbeDeps): readonly Probe[] => {
    const jobs = jobsRequest({ ...toWindow(now), states: 'active' }, 1);
    return [
      toProbe('list-recordings', 'find recordings', live(counted(jobs, 'recordings run'))),
      toProbe('list-calls', 'list calls', live(counted(callsRequest(1), 'calls are up'))),
      toProbe('control', 'start and stop', live(refused(stopRequest(newId())))),
    ];
  },

  conversations: ({ newId }: ProbeDeps): readonly Probe[] => {
    const leg = { conversationId: newId(), participantId: newId(), record: false } as const;
    return [
      toProbe('list-calls', 'list calls', counted(activityRequest(1), 'calls are up')),
      toProbe('read-call', 'read a call', refused(callRequest(newId()))),
      toProbe('pause', 'pause and resume', refused(recordingStateRequest(newId(), false))),
      toRecorderProbe(
        snippetRequest({ ...leg, type: 'snippet' }),
        refused(adhocRequest({ ...leg, type: 'adhoc' })),
      ),
    ];
  },
};

function toProbe(id: string, title: string, request: GenesysRequest<string>): Probe {
  const { permission } = request;
  return { id, title, permission, ask: (client, options) => client.send(request, options) };
}

/** An organisation without snippets has ad-hoc recordings, which take another permission. */
function toRecorderProbe(snippet: ReturnType<typeof snippetRequest>, adhoc: GenesysRequest<string>): Probe {
  return {
    id: 'control',
    title: 'start and stop',
    permission: snippet.permission,
    async ask(client, options) {
      if ((await client.send(snippet, options)) !== 'unsupported') return 'granted';
      await client.send(adhoc, options);
      return `there are no snippets here; for ad-hoc recordings ${adhoc.permission} is granted`;
    },
  };
}

type Seen = Pick<GenesysRequest<string>, 'read' | 'whenNotFound'>;

/** The same request, for what its answer shows. */
function seeing<T>({ whenNotFound: _, whenRefused: __, ...request }: GenesysRequest<T>, seen: Seen) {
  return { ...request, ...seen };
}

/** The first page of a listing. */
const counted = (request: GenesysRequest<Page>, what: string): GenesysRequest<string> =>
  seeing(request, {
    read(json) {
      const page = request.read(json);
      return page && `granted; ${page.total ?? page.entities.length} ${what}`;
    },
  });

/** Success would mean that Genesys changed what does not exist: that is no answer of its. */
const refused = (request: GenesysRequest<unknown>): GenesysRequest<string> =>
  seeing(request, { read: () => null, whenNotFound: () => 'granted' });

/**
 * A request for live recording jobs. The public API has no list of phone calls, and its recording jobs are others. A
 * 404 in another shape than Genesys's comes from a wrong host, and keeps its own words.
 */
const live = (request: GenesysRequest<string>): GenesysRequest<string> => ({
  ...request,
  explain(status, error) {
    const { code, message, reference } = error;
    if (![400, 404, 405].includes(status) || code === 'UNEXPECTED_RESPONSE') return error;
    return new RecordError('GENESYS_REFUSED', message, {
      cure:
        'The API of this organisation is most likely the public one, which has no live recording jobs: set ' +
        'GENESYS_RECORDING_API=conversations, and take recording:job:… from the OAuth client.',
      reference,
    });
  },
});

/** How many notification channels the OAuth client has open, with those of its other tokens. It takes no permission. */
export const countChannelsRequest: GenesysRequest<number> = {
  operation: 'count-channels',
  purpose: 'list the notification channels',
  permission: '',
  method: 'GET',
  path: '/api/v2/notifications/channels?includechannels=oauthclient',
  idempotent: true,
  priority: 'poll',
  read: (json) => readPage(json)?.entities.length ?? null,
};
