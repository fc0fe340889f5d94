/** The use cases: who may, what is done, and what there is to tell. */
import { type AccessPolicy, checkAccess } from './access.js';
import type { Answer, Asker, Overview } from './answer.js';
import type { Command } from './command.js';
import { auditOf, type Deps, personOf } from './deps.js';
import { RecordError } from './errors.js';
import { extendRecording } from './extend-recording.js';
import { findRecording } from './find-recording.js';
import type { AuditAction } from './model.js';
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

export class RecordingController {
  readonly #deps: ControllerDeps;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
  }

  /** Does what the person asks for, if they may. Throws `RecordError`; every refusal for want of permission is audited. */
  async execute(command: Command, asker: Asker): Promise<Answer> {
    if (command.name === 'help') return { kind: 'help' };
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
        throw new RecordError('COMMAND_INVALID', `This bot cannot ${command.name} a recording yet.`, {
          cure: 'Genesys’s recording-jobs contract knows start and stop only. Stop the recording, and start a new one after.',
        });
    }
  }

  async #permit(command: Command, asker: Asker): Promise<void> {
    const { access, userGroups, store } = this.#deps;
    try {
      await checkAccess(access, asker, userGroups);
    } catch (error) {
      if (error instanceof RecordError) await store.appendAudit(this.#refusal(command, asker, error));
      throw error;
    }
  }

  #refusal(command: Command, asker: Asker, error: RecordError) {
    const { name } = command;
    const action: AuditAction = name === 'start' || name === 'stop' || name === 'extend' ? name : 'read';
    return auditOf(this.#deps, {
      actor: personOf(asker),
      action,
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
    const [jobs, total] = await Promise.all([
      store.listUnfinishedJobs(listedAtMost),
      store.countUnfinishedJobs(countedAtMost + 1),
    ]);
    return { kind: 'list', jobs, total: Math.min(total, countedAtMost), complete: total <= countedAtMost };
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
    const listing = await this.#deps.calls.listCalls({ priority: 'read' });
    const jobs = await this.#deps.store.listUnfinishedJobsOf(
      listing.items.map(({ conversationId }) => conversationId),
    );
    const jobOf = new Map(jobs.map((job) => [job.conversationId, job]));
    return {
      kind: 'calls',
      calls: listing.items.map((call) => ({ call, job: jobOf.get(call.conversationId) ?? null })),
      complete: listing.complete,
    };
  }
}
