/** Begins and ends recordings on an agent's leg, and knows whether the organisation has snippets. */
import type { RequestOptions } from '../core/ports.js';
import type { RecorderType } from './call-conversation.js';
import { adhocRequest, callRequest, type RecorderOrder, snippetRequest } from './call-requests.js';
import type { GenesysClient } from './client.js';

/** `gone`: the call or the leg is not there any more. */
export interface Recorder {
  /** What was to begin last on that call, whatever became of it. */
  lastBegun(conversationId: string): RecorderOrder | undefined;
  /** Throws `RecordError` as the client does. */
  begin(
    conversationId: string,
    participantId: string,
    options?: RequestOptions,
  ): Promise<RecorderType | 'gone'>;
  /** Safe to repeat. */
  end(order: RecorderOrder, options?: RequestOptions): Promise<'accepted' | 'gone'>;
}

/** Calls whose last order is remembered: the newest ones. */
const remembered = 1_000;

export function createRecorder(client: GenesysClient): Recorder {
  /** Learned from a refusal, for as long as the process lives: organisations gain snippets, but not in the middle of a shift. */
  let hasSnippets = true;

  const begun = new Map<string, RecorderOrder>();

  function remember(order: RecorderOrder): void {
    const key = order.conversationId.toLowerCase();
    begun.delete(key);
    begun.set(key, order);
    const [oldest] = begun.keys();
    if (begun.size > remembered && oldest !== undefined) begun.delete(oldest);
  }

  /** A 404 may mean the path as well as the leg. */
  async function isThere({ conversationId, participantId }: RecorderOrder, options?: RequestOptions) {
    const observed = await client.send(callRequest(conversationId), options);
    return observed !== 'unknown' && observed.legs.some((leg) => leg.participantId === participantId);
  }

  async function adhoc(order: RecorderOrder, options?: RequestOptions): Promise<'accepted' | 'gone'> {
    const answer = await client.send(adhocRequest(order), options);
    return answer === 'accepted' ? answer : 'gone';
  }

  return {
    lastBegun: (conversationId) => begun.get(conversationId.toLowerCase()),

    async begin(conversationId, participantId, options) {
      const order = { conversationId, participantId, type: 'snippet', record: true } as const;
      if (hasSnippets) {
        remember(order);
        const answer = await client.send(snippetRequest(order), options);
        if (answer === 'accepted') return 'snippet';
        if (answer === 'unknown' && !(await isThere(order, options))) return 'gone';
      }
      const adhocOrder = { ...order, type: 'adhoc' } as const;
      remember(adhocOrder);
      if ((await adhoc(adhocOrder, options)) === 'gone') return 'gone';
      hasSnippets = false;
      return 'adhoc';
    },

    async end(order, options) {
      const { type } = order;
      if (hasSnippets || type === 'snippet') {
        const answer = await client.send(snippetRequest(order), options);
        if (answer === 'accepted') return answer;
        if (type === 'snippet' && answer === 'unknown') return 'gone';
      }
      return adhoc(order, options);
    },
  };
}
