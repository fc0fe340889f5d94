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
  readonly errorsOf: (observed: ObservedCall | null) => readonly LegError[];
  /** The errors that stood there before the order; null where nobody has looked, and the first look must do. */
  readonly before: readonly LegError[] | null;
}

const isAmong = (errors: readonly LegError[], { code, message }: LegError): boolean =>
  errors.some((each) => each.code === code && each.message === message);

/**
 * Throws `GENESYS_REFUSED` when the edge has failed, `UNAVAILABLE` when nothing comes of the order. An error stays on its
 * leg: one that may be older than the order is not blamed for it, since the order may be merely slow, and take effect when
 * nobody counts on it any more.
 */
async function lookUntil<T>(
  { client, clock }: ReadBackDeps,
  order: Order<T>,
  options: RequestOptions = {},
): Promise<T> {
  const request = callRequest(order.conversationId);
  let known = order.before;
  let standing: LegError | undefined;
  for (const pauseMs of looksAfterMs) {
    if (pauseMs > 0) await clock.sleep(pauseMs, options.signal);
    const answer = await client.send(request, options).catch((cause: unknown) => {
      throw cause instanceof RecordError ? unseen(order, cause) : cause;
    });
    const observed = answer === 'unknown' || answer.event.over ? null : answer;
    const outcome = order.judge(observed);
    if (outcome !== null) return outcome;
    const errors = order.errorsOf(observed);
    const before = known ?? errors;
    const fresh = errors.find((error) => !isAmong(before, error));
    if (fresh) throw failedOnEdge(order, fresh);
    known = before;
    standing = errors[0];
  }
  throw nothingCame(order, standing);
}

/**
 * Resolves when the leg shows what was ordered, or does not tell; `gone` when it is not there any more.
 * `errorBefore`: what stood on the leg before the order.
 */
export function readBackRecorder(
  deps: ReadBackDeps,
  { conversationId, participantId, type, record }: RecorderOrder,
  errorBefore: LegError | null,
  options?: RequestOptions,
): Promise<'done' | 'gone'> {
  const before = errorBefore ? [errorBefore] : [];
  const legsOf = (observed: ObservedCall | null) =>
    observed?.legs.filter((leg) => leg.participantId === participantId) ?? [];
  return lookUntil(
    deps,
    {
      conversationId,
      purpose: record ? 'start the recording' : 'stop the recording',
      maybeDone: record,
      judge(observed) {
        const [leg] = legsOf(observed);
        if (!leg) return 'gone';
        if (leg.running === null) return leg.error && !isAmong(before, leg.error) ? null : 'done';
        return leg.running.includes(type) === record ? 'done' : null;
      },
      errorsOf: (observed) => legsOf(observed).flatMap(({ error }) => error ?? []),
      before,
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
): Promise<'done' | 'not-recorded' | 'already-finished'> {
  return lookUntil(
    deps,
    {
      conversationId,
      purpose: paused ? 'pause the recording' : 'resume the recording',
      maybeDone: false,
      judge: (observed) => (observed ? judgePause(observed, paused) : 'already-finished'),
      errorsOf: (observed) => observed?.legs.flatMap(({ error }) => error ?? []) ?? [],
      // A look before the order would delay a pause, and a card number is being said.
      before: null,
    },
    options,
  );
}

/**
 * Only a secure pause proves that it is paused. A call on hold is not recorded either, but will be once it is taken up
 * again; after a resumption that is as it should be. Null while the call shows the opposite.
 */
function judgePause({ event, securePaused }: ObservedCall, paused: boolean): 'done' | 'not-recorded' | null {
  if (event.call.policyRecording === 'none') return 'not-recorded';
  return securePaused === paused ? 'done' : null;
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

const nothingCame = ({ purpose, maybeDone }: Order<unknown>, standing: LegError | undefined): RecordError => {
  const perhaps = standing
    ? ` An error stands on the call, perhaps of something else (${standing.code}). ${standing.message}`
    : '';
  return new RecordError(
    'UNAVAILABLE',
    `Genesys accepted to ${purpose}, and the call does not show it yet.${perhaps}`.trim(),
    { cure: 'Try again shortly.', maybeDone },
  );
};
