/** What the composer offers while a `/record` command is typed. Pure. */
import type { GenesysView } from '../page-model.js';

export interface Completion {
  /** The whole line, once chosen. */
  readonly line: string;
  readonly title: string;
  readonly hint: string;
}

const example = '[conversation]';

const subcommands = [
  { name: 'start', takes: `${example} [for 10m] [reason]`, hint: 'Start recording a call', more: true },
  { name: 'stop', takes: '[job or conversation] [reason]', hint: 'Stop a recording', more: true },
  { name: 'status', takes: '[job]', hint: 'A recording in detail, or the bot itself', more: false },
  { name: 'list', takes: '', hint: 'All recordings that run now', more: false },
  { name: 'calls', takes: '', hint: 'All active calls', more: false },
  { name: 'help', takes: '', hint: 'Every command with an example', more: false },
] as const;

export function complete(line: string, genesys: GenesysView): readonly Completion[] {
  if (/^\/\S*$/.test(line)) return completeCommand(line);
  const [, verb = '', rest = null] = /^\/record\s+(\S*)(?:\s+(\S*))?$/.exec(line) ?? [];
  if (!/^\/record\s/.test(line)) return [];
  if (rest === null && !line.trimEnd().includes(' ')) return completeVerb('');
  if (rest === null && !/\s$/.test(line)) return completeVerb(verb);
  return completeId(verb, rest ?? '', genesys).filter((offer) => offer.line.trim() !== line.trim());
}

function completeCommand(line: string): readonly Completion[] {
  if (!'/record'.startsWith(line)) return [];
  return [
    {
      line: '/record ',
      title: '/record [start|stop|status|list|calls|help]',
      hint: 'Record live Genesys calls',
    },
  ];
}

function completeVerb(typed: string): readonly Completion[] {
  return subcommands
    .filter(({ name }) => name.startsWith(typed.toLowerCase()))
    .map(({ name, takes, hint, more }) => ({
      line: `/record ${name}${more ? ' ' : ''}`,
      title: `/record ${name} ${takes}`.trimEnd(),
      hint,
    }));
}

function completeId(verb: string, typed: string, genesys: GenesysView): readonly Completion[] {
  const offers = verb === 'start' ? callsToStart(genesys) : jobsFor(verb, genesys);
  return offers
    .filter(({ id, about }) => `${id} ${about}`.toLowerCase().includes(typed.toLowerCase()))
    .slice(0, 6)
    .map(({ id, about }) => ({ line: `/record ${verb} ${id}`, title: id, hint: about }));
}

interface Offer {
  readonly id: string;
  readonly about: string;
}

function callsToStart({ calls, jobs }: GenesysView): readonly Offer[] {
  const recorded = new Set(jobs.filter((job) => job.state === 'active').map((job) => job.conversationId));
  return calls
    .filter((call) => !recorded.has(call.id))
    .map((call) => ({ id: call.id, about: describe(call.caller, call.queue, call.agent) }))
    .reverse();
}

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

const describe = (caller: string, queue: string, agent: string | null): string =>
  [caller.replace(/^(tel|sip):/, ''), queue, agent ?? 'waiting'].join(' · ');
