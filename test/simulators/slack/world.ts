/** The people, channels and user groups of the workspace. */
import type { Changes } from './changes.js';
import { newId } from './ids.js';
import { defaults } from './settings.js';
import type { NewChannel, NewUser, SimulatedChannel, SimulatedUser, SimulatedUserGroup } from './types.js';

const bot: SimulatedUser = {
  id: defaults.bot.userId,
  name: defaults.bot.name,
  realName: defaults.bot.realName,
  bot: true,
};

export class World {
  readonly #users = new Map<string, SimulatedUser>([[bot.id, bot]]);
  readonly #channels = new Map<string, Omit<SimulatedChannel, 'botIn'>>();
  readonly #groups = new Map<string, SimulatedUserGroup>();
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  get users(): readonly SimulatedUser[] {
    return [...this.#users.values()];
  }

  get channels(): readonly SimulatedChannel[] {
    return [...this.#channels.keys()].map((id) => this.channelById(id));
  }

  get groups(): readonly SimulatedUserGroup[] {
    return [...this.#groups.values()];
  }

  addUser(user: NewUser): SimulatedUser {
    const added = { id: newId('U'), realName: user.name, ...user, bot: false };
    if (this.#users.has(added.id)) throw new Error(`There is a user ${added.id} already.`);
    this.#users.set(added.id, added);
    this.#changes.note();
    return added;
  }

  addChannel(channel: NewChannel): SimulatedChannel {
    const { botIn = true, members = [], ...rest } = channel;
    const id = rest.id ?? newId('C');
    if (this.#channels.has(id)) throw new Error(`There is a channel ${id} already.`);
    for (const member of members) this.userById(member);
    const all = new Set(botIn ? [...members, bot.id] : members);
    this.#channels.set(id, { private: false, archived: false, ...rest, id, members: [...all] });
    this.#changes.note();
    return this.channelById(id);
  }

  addGroup(group: { id: string; handle?: string; members: readonly string[] }): SimulatedUserGroup {
    const added = { handle: group.id.toLowerCase(), ...group };
    this.#groups.set(added.id, added);
    this.#changes.note();
    return added;
  }

  invite(channelId: string, userId: string = bot.id): void {
    this.userById(userId);
    const channel = this.channelById(channelId);
    this.#change(channelId, { members: [...new Set([...channel.members, userId])] });
  }

  remove(channelId: string, userId: string = bot.id): void {
    const channel = this.channelById(channelId);
    this.#change(channelId, { members: channel.members.filter((member) => member !== userId) });
  }

  archive(channelId: string): void {
    this.channelById(channelId);
    this.#change(channelId, { archived: true });
  }

  findChannel(id: string): SimulatedChannel | undefined {
    const channel = this.#channels.get(id);
    return channel && { ...channel, botIn: channel.members.includes(bot.id) };
  }

  /** The conversation of the bot with that user alone, opened if it is not yet. */
  direct(userId: string): SimulatedChannel {
    const user = this.userById(userId);
    const id = `D${userId.slice(1)}`;
    return this.findChannel(id) ?? this.addChannel({ id, name: user.name, private: true, members: [userId] });
  }

  findUser(id: string): SimulatedUser | undefined {
    return this.#users.get(id);
  }

  findGroup(id: string): SimulatedUserGroup | undefined {
    return this.#groups.get(id);
  }

  channelById(id: string): SimulatedChannel {
    const channel = this.findChannel(id);
    if (!channel) throw new Error(`There is no channel ${id}.`);
    return channel;
  }

  userById(id: string): SimulatedUser {
    const user = this.#users.get(id);
    if (!user) throw new Error(`There is no user ${id}.`);
    return user;
  }

  /** Whoever does something in a public channel joins it; a private one must be theirs. Throws otherwise. */
  enter(channelId: string, userId: string): SimulatedChannel {
    const channel = this.channelById(channelId);
    this.userById(userId);
    if (channel.archived) throw new Error(`#${channel.name} is archived: nobody can do anything there.`);
    if (channel.members.includes(userId)) return channel;
    if (channel.private) throw new Error(`${userId} is not in the private channel #${channel.name}.`);
    this.invite(channelId, userId);
    return this.channelById(channelId);
  }

  clear(): void {
    this.#users.clear();
    this.#users.set(bot.id, bot);
    this.#channels.clear();
    this.#groups.clear();
    this.#changes.note();
  }

  #change(channelId: string, change: Partial<Omit<SimulatedChannel, 'botIn' | 'id'>>): void {
    const { botIn: _, ...channel } = this.channelById(channelId);
    this.#channels.set(channelId, { ...channel, ...change });
    this.#changes.note();
  }
}
