/** What the composer offers while a `/record` command is typed. Pure. */
import type { SimulatedCall } from '../genesys/types.js';
import type { GenesysView } from '../page-model.js';
import { hasSnippet, recordingOf } from './call-state.js';

export interface Completion {
  /** The whole line, once chosen. */
  readonly line: string;
  readonly title: string;
  readonly hint: string;
}

const example = '[conversation]';

interface Subcommand {
  readonly name: string;
  readonly takes: string;
  readonly hint: string;
  /** Something follows. */
  readonly more: boolean;
}

const pausing: readonly Subcommand[] = [
  { name: 'pause', takes: '[job or conversation]', hint: 'Pause what the policy records', more: true },
  { name: 'resume', takes: '[job or conversation]', hint: 'Resume it', more: true },
];

const subcommandsOf = ({ api }: GenesysView): readonly Subcommand[] => [
  { name: 'start', takes: `${example} [for 10m] [reason]`, hint: 'Start recording a call', more: true },
  { name: 'stop', takes: '[job or conversation] [reason]', hint: 'Stop a recording', more: true },
  ...(api === 'conversations' ? pausing : []),
  { name: 'status', takes: '[job]', hint: 'A recording in detail, or the bot itself', more: false },
  { name: 'list', takes: '', hint: 'All recordings that run now', more: false },
  { name: 'calls', takes: '', hint: 'All active calls', more: false },
  { name: 'help', takes: '', hint: 'Every command with an example', more: false },
];

export function complete(line: string, genesys: GenesysView): readonly Completion[] {
  const subcommands = subcommandsOf(genesys);
  if (/^\/\S*$/.test(line)) return completeCommand(line, subcommands);
  const [, verb = '', rest = null] = /^\/record\s+(\S*)(?:\s+(\S*))?$/.exec(line) ?? [];
  if (!/^\/record\s/.test(line)) return [];
  if (rest === null && !line.trimEnd().includes(' ')) return completeVerb('', subcommands);
  if (rest === null && !/\s$/.test(line)) return completeVerb(verb, subcommands);
  return completeId(verb, rest ?? '', genesys).filter((offer) => offer.line.trim() !== line.trim());
}

function completeCommand(line: string, subcommands: readonly Subcommand[]): readonly Completion[] {
  if (!'/record'.startsWith(line)) return [];
  return [
    {
      line: '/record ',
      title: `/record [${subcommands.map(({ name }) => name).join('|')}]`,
      hint: 'Record live Genesys calls',
    },
  ];
}

function completeVerb(typed: string, subcommands: readonly Subcommand[]): readonly Completion[] {
  return subcommands
    .filter(({ name }) => name.startsWith(typed.toLowerCase()))
    .map(({ name, takes, hint, more }) => ({
      line: `/record ${name}${more ? ' ' : ''}`,
      title: `/record ${name} ${takes}`.trimEnd(),
      hint,
    }));
}

function completeId(verb: string, typed: string, genesys: GenesysView): readonly Completion[] {
  const offers = offersFor(verb, genesys);
  return offers
    .filter(({ id, about }) => `${id} ${about}`.toLowerCase().includes(typed.toLowerCase()))
    .slice(0, 6)
    .map(({ id, about }) => ({ line: `/record ${verb} ${id}`, title: id, hint: about }));
}

interface Offer {
  readonly id: string;
  readonly about: string;
}

function offersFor(verb: string, genesys: GenesysView): readonly Offer[] {
  if (verb === 'start') return callsWhere(genesys, (call) => !recordingOf(genesys, call));
  if (genesys.api === 'recording-jobs') return jobsFor(verb, genesys);
  // There the job's id is the bot's own; the conversation's works as well.
  const wanted = callsFor[verb];
  return wanted ? callsWhere(genesys, wanted) : [];
}

const callsFor: Readonly<Record<string, (call: SimulatedCall) => boolean>> = {
  stop: hasSnippet,
  pause: ({ policyRecording, securePaused }) => policyRecording && !securePaused,
  resume: ({ policyRecording, securePaused }) => policyRecording && securePaused,
  status: () => true,
};

const callsWhere = ({ calls }: GenesysView, wanted: (call: SimulatedCall) => boolean): readonly Offer[] =>
  calls
    .filter(wanted)
    .map((call) => ({ id: call.id, about: describe(call.caller, call.queue, call.agent) }))
    .reverse();

function jobsFor(verb: string, { calls, jobs }: GenesysView): readonly Offer[] {
  if (verb !== 'stop' && verb !== 'status') return [];
  return jobs
    .filter((job) => verb === 'status' || job.state === 'active')
    .map((job) => {
      const call = calls.find(({ id }) => id === job.conversationId);
      const about = call ? describe(call.caller, call.queue, call.agent) : 'a call that has ended';
      return { id: job.id, about: `${about} · ${job.state}` };
    })
    .reverse();
}

const describe = (caller: string, queue: string | null, agent: string | null): string =>
  [caller.replace(/^(tel|sip):/, ''), queue ?? 'no queue', agent ?? 'waiting'].join(' · ');
