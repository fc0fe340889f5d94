/** Calls as the public API writes them, whole, with every field that a leg has: a test changes what it is about. */

const leg = {
  direction: 'inbound',
  held: false,
  muted: false,
  confined: false,
  wrapupRequired: false,
  mediaRoles: ['full'],
};

export const customerLeg = (more: object = {}) => ({
  ...leg,
  id: 'leg-customer',
  purpose: 'customer',
  state: 'connected',
  name: 'Mobile Number, US',
  address: 'tel:+13175550101',
  ani: 'tel:+13175550101',
  dnis: 'tel:+13175550199',
  startTime: '2026-01-15T10:00:00.000Z',
  connectedTime: '2026-01-15T10:00:00.500Z',
  ...more,
});

export const queueLeg = (more: object = {}) => ({
  ...leg,
  id: 'leg-acd',
  purpose: 'acd',
  state: 'disconnected',
  queue: { id: 'queue-billing', selfUri: '/api/v2/routing/queues/queue-billing' },
  startTime: '2026-01-15T10:00:05.000Z',
  connectedTime: '2026-01-15T10:00:05.000Z',
  endTime: '2026-01-15T10:00:20.000Z',
  ...more,
});

export const agentLeg = (more: object = {}) => ({
  ...leg,
  id: 'leg-grace',
  purpose: 'agent',
  state: 'connected',
  name: 'Grace',
  user: { id: 'user-grace', selfUri: '/api/v2/users/user-grace' },
  queue: { id: 'queue-billing', selfUri: '/api/v2/routing/queues/queue-billing' },
  recording: false,
  recordingState: 'none',
  securePause: false,
  recordersState: recorders(),
  startTime: '2026-01-15T10:00:10.000Z',
  connectedTime: '2026-01-15T10:00:20.000Z',
  ...more,
});

/** An agent whose phone rang in vain. */
export const missedLeg = (more: object = {}) => {
  const { connectedTime: _, ...rang } = agentLeg({
    id: 'leg-linus',
    name: 'Linus',
    user: { id: 'user-linus' },
  });
  return { ...rang, state: 'disconnected', endTime: '2026-01-15T10:00:09.000Z', ...more };
};

export const recorders = (more: object = {}) => ({
  adhocState: 'none',
  customerExperienceState: 'none',
  agentExperienceState: 'none',
  snippetState: 'none',
  ...more,
});

/** As `GET /api/v2/conversations/calls/{id}` answers. */
export const callConversation = (more: object = {}) => ({
  id: 'conv-1',
  recordingState: 'NONE',
  securePause: false,
  participants: [customerLeg(), queueLeg(), missedLeg(), agentLeg()],
  otherMediaUris: [],
  selfUri: '/api/v2/conversations/calls/conv-1',
  ...more,
});
