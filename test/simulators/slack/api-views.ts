/** The Web API's `views.*` methods. https://docs.slack.dev/reference/methods#views */
import { type Method, required } from './api-call.js';
import type { Core } from './core.js';
import { isObject, textAt } from './json.js';
import { viewJson } from './message-json.js';
import { Refusal, refuseWith } from './refusal.js';
import type { JsonObject, OpenView } from './types.js';
import { problemsOfView } from './view-checks.js';

function readView({ view }: JsonObject, type: 'modal' | 'home'): JsonObject {
  const problems = problemsOfView(view, type);
  if (problems.length > 0 || !isObject(view)) throw refuseWith('invalid_arguments', problems);
  return view;
}

const answer = (core: Core, open: OpenView): JsonObject => ({
  view: viewJson(open, core.modals.stateOf(open.id)),
});

const open: Method = {
  token: 'bot',
  scopes: [],
  run(core, args) {
    const view = readView(args, 'modal');
    const userId = core.triggers.exchange(required(args, 'trigger_id'));
    return answer(core, core.modals.open(userId, view));
  },
};

const push: Method = {
  token: 'bot',
  scopes: [],
  run(core, args) {
    const view = readView(args, 'modal');
    const userId = core.triggers.exchange(required(args, 'trigger_id'));
    return answer(core, core.modals.push(userId, view));
  },
};

const update: Method = {
  token: 'bot',
  scopes: [],
  run(core, args) {
    const view = readView(args, 'modal');
    const [viewId, externalId] = [textAt(args, 'view_id'), textAt(args, 'external_id')];
    if (!viewId && !externalId) required(args, 'view_id');
    const shown = core.modals.find({ viewId, externalId });
    if (!shown) throw new Refusal('not_found');
    const hash = textAt(args, 'hash');
    if (hash && hash !== shown.hash) throw new Refusal('hash_conflict');
    return answer(core, core.modals.update(shown.id, view));
  },
};

const publish: Method = {
  token: 'bot',
  scopes: [],
  run(core, args) {
    const view = readView(args, 'home');
    const userId = required(args, 'user_id');
    if (!core.world.findUser(userId)) throw new Refusal('invalid_arguments');
    return { view: core.modals.publish(userId, view) };
  },
};

export const viewMethods: Readonly<Record<string, Method>> = {
  'views.open': open,
  'views.push': push,
  'views.update': update,
  'views.publish': publish,
};
