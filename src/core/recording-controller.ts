/** The use cases: who may, what is done, and what there is to tell. */
import { type AccessPolicy, checkAccess } from './access.js';
import type { Answer, Asker, Overview } from './answer.js';
import type { Command } from './command.js';
import { auditOf, type Deps, personOf } from './deps.js';
import { RecordError } from './errors.js';
import { extendRecording } from './extend-recording.js';
import { findRecording } from './find-recording.js';
import type { ActiveCall, AuditAction, Conversation } from './model.js';
import { pauseRecording } from './pause-recording.js';
import type { UserGroups } from './ports.js';
import { startRecording } from './start-recording.js';
import { stopRecording } from './stop-recording.js';

export interface ControllerDeps extends Deps {
  readonly access: AccessPolicy;
  readonly userGroups: UserGroups;
  /** How the watch over calls fares; null when call alerts are off. */
  readonly alerts: () => Overview['alerts'];
}

/** Nobody reads more of them in a message; of the rest the number is told. */
const listedAtMost = 20;
/** A list must not take longer the more recordings run. The overview counts them all. */
const countedAtMost = 1_000;

/** What the listing does not tell may be known from events, or from an earlier look. */
const completed = (call: ActiveCall, known: Conversation | undefined): ActiveCall => ({
  ...call,
  agent: call.agent ?? (call.partly ? (known?.agent ?? null) : null),
  startedAt: call.startedAt ?? known?.startedAt ?? null,
  policyRecording: call.policyRecording ?? known?.policyRecording ?? null,
});

const changes: readonly string[] = ['start', 'stop', 'pause', 'resume', 'extend'];

const actionOf = ({ name }: Command): AuditAction =>
  changes.includes(name) ? (name as AuditAction) : 'read';

export class RecordingController {
  readonly #deps: ControllerDeps;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
  }

  /**
   * Does what the person asks for, if they may. Throws `RecordError`; every refusal for want of permission is audited, but
   * not that it could not be checked just now: nobody was refused then.
   */
  async execute(command: Command, asker: Asker): Promise<Answer> {
    if (command.name === 'help') return { kind: 'help', canPause: this.#deps.recordings.canPause };
    await this.#permit(command, asker);
    switch (command.name) {
      case 'start':
        return startRecording(this.#deps, command, asker);
      case 'stop':
        return stopRecording(this.#deps, command, asker);
      case 'extend':
        return extendRecording(this.#deps, command, asker);
      case 'status':
        return command.id === null ? this.#overview() : this.#status(command.id);
      case 'list':
        return this.#list();
      case 'calls':
      case 'pick':
        return this.#calls();
      case 'pause':
      case 'resume':
        return pauseRecording(this.#deps, command, asker);
    }
  }

  async #permit(command: Command, asker: Asker): Promise<void> {
    const { access, userGroups, store } = this.#deps;
    try {
      await checkAccess(access, asker, userGroups);
    } catch (error) {
      if (error instanceof RecordError && error.code !== 'UNAVAILABLE') {
        await store.appendAudit(this.#refusal(command, asker, error));
      }
      throw error;
    }
  }

  #refusal(command: Command, asker: Asker, error: RecordError) {
    return auditOf(this.#deps, {
      actor: personOf(asker),
      action: actionOf(command),
      outcome: 'refused',
      channelId: asker.channelId,
      conversationId: command.name === 'start' ? command.conversationId : null,
      jobId: 'id' in command ? command.id : null,
      reason: 'reason' in command ? command.reason : null,
      code: error.code,
    });
  }

  async #overview(): Promise<Answer> {
    const unfinished = await this.#deps.store.countUnfinishedJobs();
    return { kind: 'overview', overview: { unfinished, alerts: this.#deps.alerts() } };
  }

  async #list(): Promise<Answer> {
    const { store } = this.#deps;
    const [jobs, { total, paused }] = await Promise.all([
      store.listUnfinishedJobs(listedAtMost),
      store.countUnfinishedJobs(countedAtMost + 1),
    ]);
    const byPolicy = jobs.filter(({ recordingType }) => recordingType === 'policy');
    const found = await Promise.all(
      byPolicy.map(({ conversationId }) => store.findConversation(conversationId)),
    );
    return {
      kind: 'list',
      jobs,
      conversations: found.filter((conversation) => conversation !== null),
      count: { total: Math.min(total, countedAtMost), paused },
      complete: total <= countedAtMost,
    };
  }

  async #status(id: string): Promise<Answer> {
    const { store } = this.#deps;
    const job = await findRecording(this.#deps, id, 'read');
    if (!job) throw await this.#nothingToShow(id);
    const [conversation, audit] = await Promise.all([
      store.findConversation(job.conversationId),
      store.listAudit(job.id),
    ]);
    if (!conversation) throw new Error(`job ${job.id} has no conversation`);
    return { kind: 'status', job, conversation, audit };
  }

  async #nothingToShow(id: string): Promise<RecordError> {
    const conversation = await this.#deps.store.findConversation(id);
    return conversation && conversation.endedAt === null
      ? new RecordError('NOT_FOUND', 'That call is up, and it is not being recorded.', {
          cure: `To record it: /record start ${id}`,
        })
      : new RecordError('NOT_FOUND', `No recording is known by the id ${id}.`, {
          cure: '/record list shows the running recordings, /record calls the active calls.',
        });
  }

  async #calls(): Promise<Answer> {
    const { calls, store } = this.#deps;
    const { items, complete } = await calls.listCalls({ priority: 'read' });
    const [jobs, open] = await Promise.all([
      store.listUnfinishedJobsOf(items.map(({ conversationId }) => conversationId)),
      store.listOpenConversations(),
    ]);
    const jobOf = new Map(jobs.map((job) => [job.conversationId, job]));
    const knownOf = new Map(open.map((conversation) => [conversation.id, conversation]));
    const rows = items.map((call) => ({
      call: completed(call, knownOf.get(call.conversationId)),
      job: jobOf.get(call.conversationId) ?? null,
    }));
    return { kind: 'calls', calls: rows, complete };
  }
}
