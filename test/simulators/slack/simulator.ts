/** A Slack workspace to run a real Bolt app against: strict, inspectable, and wholly on this machine. */
import { type Core, createCore } from './core.js';
import { Deliveries } from './deliveries.js';
import { createHttpDelivery } from './http-delivery.js';
import { Interactions } from './interactions.js';
import { ResponseUrls } from './response-urls.js';
import { type SlackServer, startServer } from './server.js';
import { defaults } from './settings.js';
import { takeSnapshot } from './snapshot.js';
import { SocketMode } from './socket-mode.js';
import type * as Types from './types.js';
import { ViewInteractions } from './view-interactions.js';

export async function createSlackSimulator(
  options: Types.SlackSimulatorOptions = {},
): Promise<Types.SlackSimulator> {
  const core = createCore(options);
  const responseUrls = new ResponseUrls(core);
  const sockets = new SocketMode(core);
  const server = await startServer(core, sockets, responseUrls, options.port ?? 0);
  return new Workspace(core, sockets, responseUrls, server, options);
}

class Workspace implements Types.SlackSimulator {
  readonly url: string;
  readonly apiUrl: string;
  readonly port: number;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly team = defaults.team;
  readonly botUserId = defaults.bot.userId;
  readonly botId = defaults.bot.botId;
  readonly appId = defaults.appId;
  readonly #core: Core;
  readonly #sockets: SocketMode;
  readonly #responseUrls: ResponseUrls;
  readonly #server: SlackServer;
  readonly #http;
  readonly #deliveries: Deliveries;
  readonly #interactions: Interactions;
  readonly #inViews: ViewInteractions;
  #requestUrl: string | null;

  constructor(
    core: Core,
    sockets: SocketMode,
    responseUrls: ResponseUrls,
    server: SlackServer,
    options: Types.SlackSimulatorOptions,
  ) {
    this.#core = core;
    this.#sockets = sockets;
    this.#responseUrls = responseUrls;
    this.#server = server;
    this.#requestUrl = options.requestUrl ?? null;
    this.#http = createHttpDelivery(core, () => this.#requestUrl ?? '');
    const transport = () => (this.#requestUrl === null ? sockets : this.#http);
    this.#deliveries = new Deliveries(core, transport, options.deliverTwice ?? false);
    this.#interactions = new Interactions(core, this.#deliveries, responseUrls, () => server.url);
    this.#inViews = new ViewInteractions(core, this.#deliveries);
    this.url = server.url;
    this.apiUrl = `${server.url}/api/`;
    this.port = server.port;
    this.botToken = core.botToken;
    this.appToken = core.appToken;
    this.signingSecret = core.signingSecret;
  }

  get users() {
    return this.#core.world.users;
  }
  get channels() {
    return this.#core.world.channels;
  }
  get userGroups() {
    return this.#core.world.groups;
  }
  addUser(user: Types.NewUser) {
    return this.#core.world.addUser(user);
  }
  addChannel(channel: Types.NewChannel) {
    return this.#core.world.addChannel(channel);
  }
  addUserGroup(group: Parameters<Types.SlackSimulator['addUserGroup']>[0]) {
    return this.#core.world.addGroup(group);
  }
  invite(channelId: string, userId?: string) {
    this.#core.world.invite(channelId, userId);
  }
  remove(channelId: string, userId?: string) {
    this.#core.world.remove(channelId, userId);
  }
  archive(channelId: string) {
    this.#core.world.archive(channelId);
  }
  post({ userId, channelId, text, threadTs }: Types.PersonMessage) {
    this.#core.world.enter(channelId, userId);
    const content = { text, blocks: [], metadata: null };
    return this.#core.messages.post({
      ...content,
      channelId,
      userId,
      source: 'person',
      threadTs: threadTs ?? null,
    });
  }
  deleteMessage(channelId: string, ts: string) {
    this.#core.messages.delete(channelId, ts);
  }
  messages(channelId: string, { deleted = false } = {}) {
    return this.#core.messages.list(channelId, deleted);
  }
  message(channelId: string, ts: string) {
    return this.#core.messages.findEver(channelId, ts);
  }
  ephemerals(userId: string, channelId: string) {
    return this.#core.messages
      .ephemerals()
      .filter((one) => one.userId === userId && one.channelId === channelId);
  }
  views(userId: string) {
    return this.#core.modals.of(userId);
  }
  home(userId: string) {
    return this.#core.modals.homes[userId] ?? null;
  }

  async command(input: Types.CommandInput) {
    return this.#interactions.command(input);
  }
  async click(input: Types.ClickInput) {
    return this.#interactions.click(input);
  }
  async clickInView(input: Types.ClickInViewInput) {
    return this.#inViews.click(input);
  }
  async submitView(input: Types.SubmitViewInput) {
    return this.#inViews.submit(input);
  }
  async closeView(userId: string) {
    return this.#inViews.close(userId);
  }
  async sendEvent(event: Types.JsonObject & { readonly type: string }) {
    return this.#interactions.sendEvent(event);
  }
  async redeliver(deliveryId: string) {
    return this.#deliveries.redeliver(deliveryId);
  }
  setDeliverTwice(on: boolean) {
    this.#deliveries.deliverTwice = on;
  }

  setRequestUrl(url: string | null) {
    this.#requestUrl = url;
  }
  get sockets() {
    return this.#sockets.live.map(({ id, openedAt }) => ({ id, openedAt }));
  }
  disconnectSockets(reason: Types.DisconnectReason, socketId?: string) {
    this.#sockets.disconnect(reason, socketId);
  }
  cutSockets(socketId?: string) {
    this.#sockets.cut(socketId);
  }
  setSocketsSilent(on: boolean) {
    this.#sockets.setSilent(on);
  }
  setGap(on: boolean) {
    this.#sockets.setGap(on);
  }

  inject(injection: Types.SlackInjection) {
    return this.#core.faults.inject(injection);
  }
  clearFaults() {
    this.#core.faults.clear();
  }
  setScopes(scopes: readonly string[]) {
    this.#core.access.setScopes(scopes);
  }
  refuseToken(token: 'bot' | 'app', error: string | null) {
    this.#core.access.refuse(token, error);
  }

  get journal() {
    return this.#core.journal.entries;
  }
  count(method: string) {
    return this.#core.journal.count(method);
  }
  get violations() {
    return this.#core.journal.violations;
  }
  resetJournal() {
    this.#core.journal.clear();
  }
  get version() {
    return this.#core.changes.version;
  }
  snapshot() {
    return takeSnapshot(this.#core, this.#deliveries.pending, this.#sockets.live.length);
  }
  onChange(listener: (version: number) => void) {
    return this.#core.changes.subscribe(listener);
  }

  reset() {
    const { world, messages, modals, faults, limits, access, triggers, journal } = this.#core;
    this.#deliveries.clear();
    this.#responseUrls.clear();
    for (const part of [world, messages, modals, faults, limits, access, triggers, journal]) part.clear();
  }

  async close() {
    this.#core.clock.clear();
    this.#deliveries.clear();
    this.#http.close();
    this.#sockets.close();
    await this.#server.close();
  }
}
