/** The page's line to the demo: a stream of what there is, and requests for what people do. */
import { useEffect, useState } from 'react';
import type { GenesysView, SlackView, StageView } from '../page-model.js';
import { share } from './share.js';

export interface Live {
  readonly slack: SlackView | null;
  readonly genesys: GenesysView | null;
  readonly stage: StageView | null;
  /** False while the demo cannot be reached: it has been stopped. */
  readonly connected: boolean;
}

export function useLive(): Live {
  const [live, setLive] = useState<Live>({ slack: null, genesys: null, stage: null, connected: false });
  useEffect(() => {
    const source = new EventSource('/events');
    for (const topic of ['slack', 'genesys', 'stage'] as const) {
      source.addEventListener(topic, (event) => {
        const view: unknown = JSON.parse(event.data);
        setLive((before) => ({ ...before, connected: true, [topic]: share(before[topic], view) }));
      });
    }
    source.onopen = () => setLive((before) => ({ ...before, connected: true }));
    source.onerror = () => setLive((before) => ({ ...before, connected: false }));
    return () => source.close();
  }, []);
  return live;
}

/** Asks the demo for something. Throws an Error whose message is fit to be shown. */
export async function ask(path: string, body: object = {}): Promise<unknown> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new Error('The demo does not answer. Has it been stopped?');
  });
  const answer = (await response.json()) as { result?: unknown; error?: string };
  if (!response.ok) throw new Error(answer.error ?? `The demo answered ${response.status}.`);
  return answer.result;
}

/** The time, every second. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
