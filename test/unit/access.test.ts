import { describe, expect, it } from 'vitest';
import { type AccessPolicy, checkAccess, isOpenChannel } from '../../src/core/access.js';
import { RecordError } from '../../src/core/errors.js';
import type { UserGroups } from '../../src/core/ports.js';

const nobody: AccessPolicy = { users: [], userGroups: [], channels: [], anybody: false };
const groups: UserGroups = {
  members: async (group) => {
    if (group === 'SBROKEN')
      throw new RecordError('SLACK_REFUSED', 'No usergroups:read.', { cure: 'Grant it.' });
    if (group === 'SODD') throw new Error('odd');
    if (group === 'SAWAY') throw new RecordError('UNAVAILABLE', 'Slack is away.', { retryAfterMs: 7_000 });
    if (group === 'SSILENT') return new Promise(() => undefined);
    return new Set(group === 'S1' ? ['UMEMBER'] : []);
  },
};
const asks = (policy: Partial<AccessPolicy>, userId: string, channelId = 'CANY') =>
  checkAccess({ ...nobody, ...policy }, { userId, channelId }, groups);

describe('who may', () => {
  it('nobody, while no setting names anybody', async () => {
    await expect(asks({}, 'U1')).rejects.toMatchObject({ code: 'NOT_PERMITTED' });
  });
  it('a user who is named', async () => {
    await expect(asks({ users: ['U1'] }, 'U1')).resolves.toBeUndefined();
    await expect(asks({ users: ['U1'] }, 'U2')).rejects.toMatchObject({ code: 'NOT_PERMITTED' });
  });
  it('a member of a group that is named', async () => {
    await expect(asks({ userGroups: ['S2', 'S1'] }, 'UMEMBER')).resolves.toBeUndefined();
    await expect(asks({ userGroups: ['S1'] }, 'UELSE')).rejects.toMatchObject({ code: 'NOT_PERMITTED' });
  });
  it('everybody in a channel that is named, and only there', async () => {
    await expect(asks({ channels: ['C1'] }, 'U1', 'C1')).resolves.toBeUndefined();
    await expect(asks({ channels: ['C1'] }, 'U1', 'C2')).rejects.toMatchObject({ code: 'NOT_PERMITTED' });
  });
  it('anybody, anywhere, when the setting says so', async () => {
    await expect(asks({ anybody: true }, 'U9', 'C9')).resolves.toBeUndefined();
  });
  it('is said in the refusal', async () => {
    const policy = { users: ['U1'], userGroups: ['S1'], channels: ['C1'] };
    await expect(asks(policy, 'U2')).rejects.toMatchObject({ permitted: policy });
  });
  it('not somebody whose group cannot be read, and the reason is told', async () => {
    await expect(asks({ userGroups: ['S1', 'SBROKEN'] }, 'UELSE')).rejects.toMatchObject({
      code: 'SLACK_REFUSED',
      message: expect.stringContaining('cannot be read'),
      cure: 'No usergroups:read. Grant it. Nothing was done.',
      permitted: { userGroups: ['S1', 'SBROKEN'] },
    });
  });
  it('not somebody of whose group nothing is known now, who is asked to try again', async () => {
    await expect(asks({ userGroups: ['SBROKEN', 'SAWAY'] }, 'UMEMBER')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'Your permission could not be checked just now.',
      cure: 'Slack is away. Nothing was done.',
      retryAfterMs: 7_000,
    });
    await expect(asks({ userGroups: ['SODD'] }, 'UMEMBER')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      cure: 'Nothing was done; try again in a minute.',
    });
  });
  it('a member of one group at once, though another is not read yet', async () => {
    await expect(asks({ userGroups: ['SSILENT', 'S1'] }, 'UMEMBER')).resolves.toBeUndefined();
  });
  it('a member of a readable group although another cannot be read', async () => {
    await expect(asks({ userGroups: ['SBROKEN', 'S1'] }, 'UMEMBER')).resolves.toBeUndefined();
  });
});

describe('a channel is open', () => {
  it('when it is named or anybody may', () => {
    expect(isOpenChannel({ ...nobody, channels: ['C1'] }, 'C1')).toBe(true);
    expect(isOpenChannel({ ...nobody, anybody: true }, 'C1')).toBe(true);
    expect(isOpenChannel({ ...nobody, users: ['U1'] }, 'C1')).toBe(false);
  });
});
