/** Genesys: its hosts, the login, and each permission that the chosen contract needs. */
import type { Config } from '../config.js';
import type { Logger, NewId } from '../core/ports.js';
import { readEndpoints } from '../genesys/endpoints.js';
import type { Genesys } from '../genesys/genesys.js';
import { eventsProbe, type Probe, probes } from '../genesys/probes.js';
import { regionSettings } from '../genesys/refusals.js';
import { type AtStart, type Check, passed, unseen } from './check.js';
import { type ClockSkews, judgeSkew } from './clock-skew.js';
import { lookAtChannels, lookAtQueues } from './genesys-listings.js';
import { reach } from './reach.js';

export interface GenesysParts {
  readonly genesys: Pick<Genesys, 'ready' | 'client'>;
  readonly skews: ClockSkews;
  readonly now: () => number;
  readonly newId: NewId;
  readonly logger: Logger;
}

export function genesysChecks(config: Config, parts: GenesysParts): readonly Check[] {
  const { genesys, skews } = parts;
  const { baseUrl, loginUrl } = readEndpoints(config.genesys.baseUrl, config.genesys.loginUrl);
  return [
    ...hostChecks(config),
    {
      id: 'genesys.login',
      title: 'Genesys login',
      needs: ['genesys.login-host'],
      atStart: 'looks',
      async look() {
        await genesys.ready();
        return passed('a token was issued to the OAuth client');
      },
    },
    ...probesFor(config, parts).map((probe) => toCheck(probe, config, parts)),
    ...listingChecks(config, parts),
    {
      id: 'clock.genesys',
      title: 'Clock, by Genesys',
      needs: ['genesys.login'],
      // A clock of ours that is wrong, Slack's answers have told.
      atStart: 'shows',
      look: async () => judgeSkew(skews.of(baseUrl) ?? skews.of(loginUrl), 'Genesys'),
    },
  ];
}

const listens = ({ callAlerts }: Config): boolean => callAlerts.source === 'notifications';

const needsLogin = ['genesys.login', 'genesys.host'] as const;

/** What listening takes is what it takes in the public API, whichever contract the recordings have. */
function probesFor(config: Config, { now, newId }: GenesysParts): readonly Probe[] {
  const { recordingApi } = config.genesys;
  const ofContract = probes[recordingApi]({ now: now(), newId });
  return listens(config) && recordingApi === 'recording-jobs' ? [...ofContract, eventsProbe()] : ofContract;
}

function listingChecks(config: Config, { genesys, logger }: GenesysParts): readonly Check[] {
  const { client } = genesys;
  const common = { needs: needsLogin, atStart: 'looks' } as const;
  const queues: Check = {
    ...common,
    id: 'genesys.queues',
    title: 'Genesys queues',
    look: (signal) => lookAtQueues({ client, logger, signal }, config.genesys.queueIds),
  };
  const channels: Check = {
    ...common,
    id: 'genesys.notifications',
    title: 'Genesys notification channels',
    look: (signal) => lookAtChannels({ client, signal }),
  };
  if (listens(config)) return [queues, channels];
  return config.genesys.recordingApi === 'conversations' ? [queues] : [];
}

function hostChecks(config: Config): readonly Check[] {
  const { baseUrl, loginUrl } = readEndpoints(config.genesys.baseUrl, config.genesys.loginUrl);
  const loginSetting = config.genesys.loginUrl === undefined ? regionSettings : 'GENESYS_LOGIN_URL';
  const common = { needs: ['settings'], atStart: 'shows' } as const;
  const api: Check = {
    ...common,
    id: 'genesys.host',
    title: 'Genesys API host',
    look: (signal) => reach(baseUrl, regionSettings, signal),
  };
  const login: Check = {
    ...common,
    id: 'genesys.login-host',
    title: 'Genesys login host',
    look: (signal) => reach(loginUrl, loginSetting, signal),
  };
  return listens(config) ? [api, login, eventHostCheck(baseUrl)] : [api, login];
}

/**
 * Where a notification channel is listened to is told when one is opened, which the doctor does not do. In every region it
 * is `wss://streaming.{region}/channels/…`.
 * Source: https://developer.genesys.cloud/notificationsalerts/notifications/notifications-apis
 */
function eventHostCheck(baseUrl: string): Check {
  const region = /^https:\/\/api\.([^/]+)$/i.exec(baseUrl)?.[1];
  return {
    id: 'genesys.event-host',
    title: 'Genesys notification host',
    needs: ['settings'],
    atStart: 'shows',
    look: async (signal) =>
      region === undefined
        ? unseen('GENESYS_BASE_URL is no region’s, so only an open channel tells where its events come from')
        : reach(`https://streaming.${region}`, regionSettings, signal),
  };
}

/** The bot's watch reads the recordings in any case, and the calls where it follows them: its log says when it may not. */
const isWatched = (id: string, { callAlerts }: Config): boolean =>
  id === 'list-recordings' || (id === 'list-calls' && callAlerts.source !== 'off');

function toCheck(
  { id, title, permission, reads, ask }: Probe,
  config: Config,
  { genesys }: GenesysParts,
): Check {
  const ifReads: AtStart = isWatched(id, config) ? 'shows' : 'looks';
  return {
    id: `genesys.${id}`,
    title: `Genesys permission to ${title} (${permission})`,
    needs: needsLogin,
    atStart: reads ? ifReads : 'never',
    async look(signal) {
      const probed = await ask(genesys.client, { priority: 'poll', signal });
      return probed.open ? unseen(probed.detail, probed.cure) : passed(probed.detail);
    },
  };
}
