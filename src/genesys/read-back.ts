/**
 * Looks whether Genesys has done what it said yes to: it accepts a command, and the edge, where the audio is, may fail
 * at it afterwards. Then the leg shows why.
 */
import { RecordError } from '../core/errors.js';
import type { Clock, RequestOptions } from '../core/ports.js';
import type { AgentLeg, ObservedCall } from './call-conversation.js';
import { callRequest, type RecorderOrder } from './call-requests.js';
import type { GenesysClient } from './client.js';

export interface ReadBackDeps {
  readonly client: GenesysClient;
  readonly clock: Clock;
}

/** Before each look, in milliseconds: the edge needs a moment. */
const looksAfterMs = [0, 1_000, 1_500];

type LegError = NonNullable<AgentLeg['error']>;

interface Order<T> {
  readonly conversationId: string;
  readonly purpose: string;
  /** Perhaps it has taken effect when it could not be seen: then it must not be given again. */
  readonly maybeDone: boolean;
  /** From the call, or from its absence; null while it does not show what was ordered. */
  readonly judge: (observed: ObservedCall | null) => T | null;
  readonly errorOf: (observed: ObservedCall | null) => LegError | null;
  /** Whether it is about this order for certain, so that no further look is needed. */
  readonly isNew: (error: LegError) => boolean;
}

/** Throws `GENESYS_REFUSED` when the edge has failed, `UNAVAILABLE` when nothing comes of the order. */
async function lookUntil<T>(
  { client, clock }: ReadBackDeps,
  order: Order<T>,
  options: RequestOptions = {},
): Promise<T> {
  const request = callRequest(order.conversationId);
  let error: LegError | null = null;
  for (const pauseMs of looksAfterMs) {
    if (pauseMs > 0) await clock.sleep(pauseMs, options.signal);
    const answer = await client.send(request, options).catch((cause: unknown) => {
      throw cause instanceof RecordError ? unseen(order, cause) : cause;
    });
    const observed = answer === 'unknown' || answer.event.over ? null : answer;
    const outcome = order.judge(observed);
    if (outcome !== null) return outcome;
    error = order.errorOf(observed);
    if (error && order.isNew(error)) break;
  }
  throw error ? failedOnEdge(order, error) : nothingCame(order);
}

/**
 * Resolves when the leg shows what was ordered, or does not tell; `gone` when it is not there any more. `before`: what
 * stood on the leg before the order.
 */
export function readBackRecorder(
  deps: ReadBackDeps,
  { conversationId, participantId, type, record }: RecorderOrder,
  before: LegError | null,
  options?: RequestOptions,
): Promise<'done' | 'gone'> {
  const legOf = (observed: ObservedCall | null) =>
    observed?.legs.find((leg) => leg.participantId === participantId);
  const isNew = (error: LegError) => error.code !== before?.code || error.message !== before.message;
  return lookUntil(
    deps,
    {
      conversationId,
      purpose: record ? 'start the recording' : 'stop the recording',
      maybeDone: record,
      judge(observed) {
        const leg = legOf(observed);
        if (!leg) return 'gone';
        if (leg.running === null) return leg.error && isNew(leg.error) ? null : 'done';
        return leg.running.includes(type) === record ? 'done' : null;
      },
      errorOf: (observed) => legOf(observed)?.error ?? null,
      isNew,
    },
    options,
  );
}

/** The same of a pause or a resumption of what the policy records. */
export function readBackPause(
  deps: ReadBackDeps,
  conversationId: string,
  paused: boolean,
  options?: RequestOptions,
): Promise<'done' | 'already-finished'> {
  return lookUntil(
    deps,
    {
      conversationId,
      purpose: paused ? 'pause the recording' : 'resume the recording',
      maybeDone: false,
      judge: (observed) => (observed ? judgePause(observed, paused) : 'already-finished'),
      errorOf: (observed) => observed?.legs.find(({ error }) => error !== null)?.error ?? null,
      isNew: () => false,
    },
    options,
  );
}

/**
 * A call on hold is not recorded either: after a resumption that is as it should be, and after a pause as good as one.
 * Null while the call shows the opposite.
 */
function judgePause({ event }: ObservedCall, paused: boolean): 'done' | 'already-finished' | null {
  const { policyRecording } = event.call;
  if (policyRecording === 'none') return 'already-finished';
  if (policyRecording === null || policyRecording === 'held') return 'done';
  return (policyRecording === 'paused') === paused ? 'done' : null;
}

const failedOnEdge = ({ purpose }: Order<unknown>, { code, message }: LegError): RecordError =>
  new RecordError(
    'GENESYS_REFUSED',
    `Genesys accepted to ${purpose}, and then failed at it (${code}). ${message}`.trim(),
    { cure: 'Try again; if it fails again, an administrator can ask Genesys support about that code.' },
  );

const unseen = ({ purpose, maybeDone }: Order<unknown>, cause: RecordError): RecordError =>
  new RecordError(
    'UNAVAILABLE',
    `Genesys accepted to ${purpose}, and then could not be asked. ${cause.message}`,
    {
      cure: 'Try again shortly.',
      reference: cause.reference,
      maybeDone,
      cause,
    },
  );

const nothingCame = ({ purpose, maybeDone }: Order<unknown>): RecordError =>
  new RecordError('UNAVAILABLE', `Genesys accepted to ${purpose}, and the call does not show it yet.`, {
    cure: 'Try again shortly.',
    maybeDone,
  });
