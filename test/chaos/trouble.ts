/** How Genesys, Slack and the database misbehave during a run, and for how long nobody could have reached Genesys. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api, Fault, Injection } from '../simulators/genesys/types.js';
import type { SlackFault } from '../simulators/slack/types.js';
import type { ChaosDatabase } from './database.js';
import type { Span } from './fleet.js';
import type { Random } from './random.js';
import type { World } from './world.js';

export class Trouble {
  readonly counts = new Map<string, number>();
  /** When no request reached Genesys. */
  readonly outages: Span[] = [];
  readonly #world: World;
  readonly #database: ChaosDatabase;
  readonly #random: Random;
  readonly #lasting = new Set<Promise<void>>();

  constructor(world: World, database: ChaosDatabase, random: Random) {
    this.#world = world;
    this.#database = database;
    this.#random = random;
  }

  /** One thing more goes wrong. */
  strike(): void {
    const draw = this.#random.next();
    if (draw < 0.45) this.#hitGenesysOrItsSockets();
    else if (draw < 0.75) this.#hitSlack();
    else if (draw < 0.8) this.#note('Genesys revokes all tokens', () => this.#world.genesys.revokeTokens());
    else if (draw < 0.86) this.#outage();
    else if (draw < 0.94) this.#hitSockets();
    else this.#restartDatabase();
  }

  /** Everything works again. */
  async end(): Promise<void> {
    await Promise.all(this.#lasting);
    this.#world.genesys.clearFaults();
    this.#world.slack.clearFaults();
    this.#world.slack.setDeliverTwice(false);
  }

  /** Only where Genesys tells of calls it has sockets. */
  #hitGenesysOrItsSockets(): void {
    const { alertsBy, genesys } = this.#world;
    if (alertsBy === 'poll' || this.#random.chance(0.8)) {
      this.#hitGenesys();
      return;
    }
    const [name, work] = this.#random.pick<readonly [string, () => void]>([
      ['its sockets are cut', () => genesys.notifications.closeSockets('cut')],
      ['its sockets are closed', () => genesys.notifications.closeSockets()],
      ['its sockets fall silent', () => genesys.notifications.silenceSockets()],
      ['its subscriptions are dropped', () => genesys.notifications.unsubscribe()],
    ]) ?? ['', () => undefined];
    this.#note(`Genesys: ${name}`, work);
  }

  #hitGenesys(): void {
    const on = this.#random.pick(genesysTargets[this.#world.genesys.api]) ?? 'any';
    const fault = this.#random.pick(genesysFaults) ?? { kind: 'cut-before' };
    const times = this.#random.between(1, 2);
    this.#note(`Genesys: ${nameOf(fault)}`, () => this.#world.genesys.inject({ on, fault, times }));
  }

  #hitSlack(): void {
    const method = this.#random.pick(slackTargets) ?? 'any';
    const fault = this.#random.pick(slackFaults) ?? { kind: 'cut-before' };
    const times = this.#random.between(1, 2);
    this.#note(`Slack: ${nameOf(fault)}`, () => this.#world.slack.inject({ method, fault, times }));
  }

  #outage(): void {
    const fault = this.#random.pick<Fault>([{ kind: 'cut-before' }, { kind: 'status', status: 503 }]);
    const ms = this.#random.between(1_000, 5_000);
    this.#last('Genesys is away for seconds', async () => {
      const from = Date.now();
      const takeBack = this.#world.genesys.inject({
        on: 'any',
        fault: fault ?? { kind: 'cut-before' },
        times: 'until-cleared',
      });
      await sleep(ms);
      takeBack();
      this.outages.push({ from, to: Date.now() });
    });
  }

  #hitSockets(): void {
    const { slack } = this.#world;
    const draw = this.#random.between(0, 4);
    const socket = this.#random.pick(slack.sockets);
    const ms = this.#random.between(500, 2_500);
    if (draw <= 1 && socket) {
      this.#note('a socket is cut', () => slack.cutSockets(socket.id));
    } else if (draw === 2 && socket) {
      this.#note('a socket is refreshed', () => slack.disconnectSockets('refresh_requested', socket.id));
    } else if (draw === 3) {
      this.#last('no new socket gets a hello', async () => {
        slack.setGap(true);
        await sleep(ms);
        slack.setGap(false);
      });
    } else {
      this.#last('all sockets fall silent', async () => {
        slack.setSocketsSilent(true);
        await sleep(ms);
        slack.setSocketsSilent(false);
      });
    }
  }

  #restartDatabase(): void {
    const times = this.#random.between(1, 4);
    if (this.#database.kind === 'sqlite') return;
    this.#last('the database is restarted', async () => {
      for (let time = 0; time < times; time += 1) {
        await this.#database.cut();
        await sleep(200);
      }
    });
  }

  #note(name: string, work: () => void): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    work();
  }

  #last(name: string, work: () => Promise<void>): void {
    this.#note(name, () => {
      const lasting = work().finally(() => this.#lasting.delete(lasting));
      this.#lasting.add(lasting);
    });
  }
}

const nameOf = (fault: Fault | SlackFault): string => {
  if (fault.kind === 'status')
    return `${fault.status}${'takesEffect' in fault ? ' after it took effect' : ''}`;
  return 'takesEffect' in fault && fault.takesEffect ? `${fault.kind} after it took effect` : fault.kind;
};

const genesysTargets: Readonly<Record<Api, readonly Injection['on'][]>> = {
  'recording-jobs': ['start', 'start', 'start', 'stop', 'stop', 'jobs', 'calls', 'token', 'any'],
  conversations: [
    ...(['start', 'start', 'stop', 'stop', 'pause', 'pause', 'resume', 'resume'] as const),
    ...(['call', 'calls', 'open-channel', 'subscribe', 'token', 'any'] as const),
  ],
};

const genesysFaults: readonly Fault[] = [
  { kind: 'slow', ms: 700 },
  { kind: 'slow', ms: 4_000 },
  { kind: 'cut-before' },
  { kind: 'cut-after' },
  { kind: 'cut-after' },
  { kind: 'status', status: 401 },
  { kind: 'status', status: 429, retryAfter: 1 },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 504, takesEffect: true },
  { kind: 'garbage' },
  { kind: 'hang' },
  { kind: 'hang', takesEffect: true },
  { kind: 'hang-body' },
];

const slackTargets = [
  'chat.postMessage',
  'chat.postMessage',
  'chat.update',
  'response_url',
  'apps.connections.open',
  'conversations.history',
  'any',
] as const;

const slackFaults: readonly SlackFault[] = [
  { kind: 'slow', ms: 1_500 },
  { kind: 'cut-before' },
  { kind: 'cut-after' },
  { kind: 'status', status: 500 },
  { kind: 'ratelimited', retryAfter: 1 },
  { kind: 'error', code: 'internal_error' },
  { kind: 'garbage' },
  { kind: 'hang' },
];
