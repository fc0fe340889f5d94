/**
 * Requests that tell what the OAuth client may do, and change nothing: those that the bot makes anyway. Some only read.
 * The others order something of what cannot exist, by an id made up for it: 403 says that the permission is missing. A 404
 * says less: that it is not missing, if Genesys looks at the permission before it looks for the thing, which no page
 * promises. Even so it is the gentler of two changes that is asked for: to stop, never to start; to resume, never to pause.
 */
import { RecordError } from '../core/errors.js';
import type { NewId, RequestOptions } from '../core/ports.js';
import { activityRequest } from './activity-query.js';
import { adhocRequest, callRequest, recordingStateRequest, snippetRequest } from './call-requests.js';
import type { GenesysClient } from './client.js';
import { callsRequest, jobsRequest, stopRequest, toWindow } from './recording-jobs.js';
import type { GenesysRequest } from './request.js';
import { type Page, readPage } from './schema.js';

/** `open`: what was seen leaves it open whether the permission is there. */
type Probed =
  | { readonly open: false; readonly detail: string }
  | { readonly open: true; readonly detail: string; readonly cure: string | undefined };

type Ask = (client: GenesysClient, options: RequestOptions) => Promise<Probed>;

export interface Probe {
  readonly id: string;
  /** What the permission is for, in a few words. */
  readonly title: string;
  readonly permission: string;
  /** Orders nothing, not even of what does not exist. */
  readonly reads: boolean;
  /** Throws `RecordError` as the client does: where the permission is missing, the cure names it. */
  readonly ask: Ask;
}

export interface ProbeDeps {
  readonly now: number;
  readonly newId: NewId;
}

/** Those of each contract. */
export const probes = {
  'recording-jobs': ({ now, newId }: ProbeDeps): readonly Probe[] => {
    const jobs = jobsRequest({ ...toWindow(now), states: 'active' }, 1);
    const calls = reading('list-calls', 'list calls', live(counted(callsRequest(1), 'calls are up')));
    const listCalls = { ...calls, ask: once(calls.ask) };
    return [
      unlessPublic(
        listCalls,
        reading('list-recordings', 'find recordings', live(counted(jobs, 'recordings run'))),
      ),
      listCalls,
      unlessPublic(listCalls, ordering('control', 'start and stop', live(refused(stopRequest(newId()))))),
    ];
  },

  conversations: ({ newId }: ProbeDeps): readonly Probe[] => {
    const leg = { conversationId: newId(), participantId: newId(), record: false } as const;
    return [
      reading('list-calls', 'list calls', counted(activityRequest(1), 'calls are up')),
      reading('read-call', 'read a call', refused(callRequest(newId()))),
      ordering('pause', 'pause and resume', refused(recordingStateRequest(newId(), false))),
      recorderProbe(
        snippetRequest({ ...leg, type: 'snippet' }),
        refused(adhocRequest({ ...leg, type: 'adhoc' })),
      ),
    ];
  },
};

/** What being told of calls takes beside the queues; with `conversations` the list of calls takes it as well. */
export const eventsProbe = (): Probe =>
  reading('events', 'be told of calls', counted(activityRequest(1), 'calls are up'));

const clear = (detail: string): Probed => ({ open: false, detail });

const toProbe =
  (reads: boolean) =>
  (id: string, title: string, request: GenesysRequest<string>): Probe => {
    const { permission } = request;
    const ask: Ask = async (client, options) => clear(await client.send(request, options));
    return { id, title, permission, reads, ask };
  };

const reading = toProbe(true);
const ordering = toProbe(false);

/** Whoever asks first sends it; everybody gets its answer. */
function once(ask: Ask): Ask {
  let asked: Promise<Probed> | undefined;
  return (client, options) => {
    asked ??= ask(client, options);
    return asked;
  };
}

/**
 * Where there is no list of phone calls, the recording jobs are the public API's: what it would say of them, or of their
 * absence, says nothing about live ones, and it is not asked.
 */
const unlessPublic = (calls: Probe, probe: Probe): Probe => ({
  ...probe,
  async ask(client, options) {
    const isPublic = await calls.ask(client, options).then(() => false, isPublicApi);
    if (!isPublic) return probe.ask(client, options);
    return { open: true, detail: 'not asked for: this API lists no phone calls', cure: publicApiCure };
  },
});

/**
 * A 404 to the order for a snippet may be about the call or about the path: an organisation without snippets has ad-hoc
 * recordings, which take another permission, so that one is looked at as well.
 */
function recorderProbe(snippet: ReturnType<typeof snippetRequest>, adhoc: GenesysRequest<string>): Probe {
  const { permission } = snippet;
  // As with `refused`: that it was carried out would be no answer of Genesys's.
  const order = { ...snippet, read: () => null };
  return {
    id: 'control',
    title: 'start and stop',
    permission,
    reads: false,
    async ask(client, options) {
      if ((await client.send(order, options)) === 'unsupported') {
        await client.send(adhoc, options);
        return clear(`there are no snippets here; for ad-hoc recordings ${adhoc.permission} is not refused`);
      }
      try {
        return clear(
          `${await client.send(adhoc, options)}, nor is ${adhoc.permission} for ad-hoc recordings`,
        );
      } catch (error) {
        if (!(error instanceof RecordError) || error.code !== 'GENESYS_REFUSED') throw error;
        const detail = `not refused; but should this organisation have no snippets, ad-hoc recordings are: ${error.message}`;
        return { open: true, detail, cure: error.cure };
      }
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
  seeing(request, { read: () => null, whenNotFound: () => 'not refused' });

const publicApiCure =
  'The API of this organisation is most likely the public one, which has no live recording jobs: set ' +
  'GENESYS_RECORDING_API=conversations, and take recording:job:… from the OAuth client.';

const isPublicApi = (error: unknown): boolean => error instanceof RecordError && error.cure === publicApiCure;

/**
 * A request for live recording jobs. The public API has no list of phone calls, and its recording jobs are others. A
 * 404 in another shape than Genesys's comes from a wrong host, and keeps its own words.
 */
const live = (request: GenesysRequest<string>): GenesysRequest<string> => ({
  ...request,
  explain(status, error) {
    const { code, message, reference } = error;
    if (![400, 404, 405].includes(status) || code === 'UNEXPECTED_RESPONSE') return error;
    return new RecordError('GENESYS_REFUSED', message, { cure: publicApiCure, reference });
  },
});

/**
 * How many notification channels the OAuth client has open, with those of its other tokens. It takes no permission;
 * `untold` where Genesys does not count them for a client without a user.
 */
export const countChannelsRequest: GenesysRequest<number | 'untold'> = {
  operation: 'count-channels',
  purpose: 'list the notification channels',
  permission: '',
  method: 'GET',
  path: '/api/v2/notifications/channels?includechannels=oauthclient',
  idempotent: true,
  priority: 'poll',
  read: (json) => readPage(json)?.entities.length ?? null,
  whenRefused: (status) => (status === 400 ? 'untold' : null),
};
