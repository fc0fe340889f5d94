/** Genesys: its hosts, the login, and each permission that the chosen contract needs. */
import type { Config } from '../config.js';
import type { Logger, NewId } from '../core/ports.js';
import { readEndpoints } from '../genesys/endpoints.js';
import type { Genesys } from '../genesys/genesys.js';
import { type Probe, probes } from '../genesys/probes.js';
import { type Check, passed } from './check.js';
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

export function genesysChecks(
  { genesys: settings, callAlerts }: Config,
  parts: GenesysParts,
): readonly Check[] {
  const { logger, genesys } = parts;
  const { client } = genesys;
  const { baseUrl, loginUrl } = readEndpoints(settings.baseUrl, settings.loginUrl);
  const deps = { now: parts.now(), newId: parts.newId };
  const needsLogin = { needs: ['genesys.login', 'genesys.host'], atStart: false };
  const checks: Check[] = [
    ...hostChecks(settings),
    {
      id: 'genesys.login',
      title: 'Genesys login',
      needs: ['genesys.login-host'],
      atStart: true,
      async look() {
        await genesys.ready();
        return passed('a token was issued to the OAuth client');
      },
    },
    ...probes[settings.recordingApi](deps).map((probe) => ({ ...toCheck(probe, parts), ...needsLogin })),
  ];
  const listens = callAlerts.source === 'notifications';
  if (settings.recordingApi === 'conversations' || listens) {
    const look = (signal: AbortSignal) => lookAtQueues({ client, logger, signal }, settings.queueIds);
    checks.push({ id: 'genesys.queues', title: 'Genesys queues', ...needsLogin, look });
  }
  if (listens) {
    const look = (signal: AbortSignal) => lookAtChannels({ client, signal });
    checks.push({
      id: 'genesys.notifications',
      title: 'Genesys notification channels',
      ...needsLogin,
      look,
    });
  }
  checks.push({
    id: 'clock.genesys',
    title: 'Clock, by Genesys',
    needs: ['genesys.login'],
    atStart: false,
    look: async () => judgeSkew(parts.skews.of(baseUrl) ?? parts.skews.of(loginUrl), 'Genesys'),
  });
  return checks;
}

function hostChecks(settings: Config['genesys']): readonly Check[] {
  const { baseUrl, loginUrl } = readEndpoints(settings.baseUrl, settings.loginUrl);
  const loginSetting = settings.loginUrl === undefined ? 'GENESYS_BASE_URL' : 'GENESYS_LOGIN_URL';
  const common = { needs: ['settings'], atStart: false };
  return [
    {
      ...common,
      id: 'genesys.host',
      title: 'Genesys API host',
      look: (signal) => reach(baseUrl, 'GENESYS_BASE_URL', signal),
    },
    {
      ...common,
      id: 'genesys.login-host',
      title: 'Genesys login host',
      look: (signal) => reach(loginUrl, loginSetting, signal),
    },
  ];
}

function toCheck(
  { id, title, permission, ask }: Probe,
  { genesys }: GenesysParts,
): Pick<Check, 'id' | 'title' | 'look'> {
  return {
    id: `genesys.${id}`,
    title: `Genesys permission to ${title} (${permission})`,
    look: async (signal) => passed(await ask(genesys.client, { priority: 'poll', signal })),
  };
}
