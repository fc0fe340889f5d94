import { type KeyboardEvent, useId, useRef, useState } from 'react';
import type { GenesysView } from '../page-model.js';
import { type Completion, complete } from './completion.js';

interface ComposerProps {
  readonly placeholder: string;
  readonly label: string;
  readonly testId: string;
  /** None in a thread: Slack takes no commands there. */
  readonly genesys: GenesysView | null;
  readonly sending: boolean;
  /** What Slack says about the last line, such as an unknown command. */
  readonly problem: string | null;
  readonly onSend: (text: string) => Promise<boolean>;
}

export function Composer(props: ComposerProps) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const [closed, setClosed] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const listId = useId();
  const offers = closed || !props.genesys ? [] : complete(text, props.genesys);
  const offer = offers[Math.min(chosen, offers.length - 1)];
  const change = (value: string) => {
    setText(value);
    setChosen(0);
    setClosed(false);
  };
  const take = (completion: Completion) => {
    change(completion.line);
    field.current?.focus();
  };
  const send = () => {
    const line = text.trim();
    if (line === '') return;
    change('');
    void props.onSend(line).then((sent) => {
      // What was refused can be mended instead of typed again.
      if (!sent) setText((typed) => typed || line);
    });
  };
  const press = (event: KeyboardEvent) => {
    const key = keyMeaning(event, offer, text);
    if (key === null) return;
    event.preventDefault();
    if (key === 'send') send();
    else if (key === 'take' && offer) take(offer);
    else if (key === 'close') setClosed(true);
    else if (typeof key === 'number') setChosen((chosen + key + offers.length) % offers.length);
  };
  return (
    <div className="composer-area">
      <Offers id={listId} offers={offers} chosen={offer} onTake={take} onPoint={setChosen} />
      <div className="composer">
        <textarea
          ref={field}
          rows={1}
          value={text}
          placeholder={props.placeholder}
          aria-label={props.label}
          data-testid={props.testId}
          role="combobox"
          aria-expanded={offers.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={offer ? `${listId}-${offers.indexOf(offer)}` : undefined}
          spellCheck={false}
          onChange={(event) => change(event.target.value)}
          onKeyDown={press}
        />
        <button
          type="button"
          className="send"
          aria-label="Send"
          disabled={text.trim() === ''}
          aria-busy={props.sending}
          onClick={send}
        >
          <SendIcon />
        </button>
      </div>
      <p className={props.problem ? 'composer-note problem' : 'composer-note'} role="status">
        {props.problem ?? (props.genesys ? 'Type / for the bot’s commands' : '')}
      </p>
    </div>
  );
}

type KeyMeaning = 'send' | 'take' | 'close' | -1 | 1 | null;

function keyMeaning(event: KeyboardEvent, offer: Completion | undefined, text: string): KeyMeaning {
  if (event.nativeEvent.isComposing) return null;
  // A line that already says what is offered is sent, as in Slack.
  const complete = !offer || offer.line.trim() === text.trim();
  if (event.key === 'Enter' && !event.shiftKey) return complete ? 'send' : 'take';
  if (!offer) return null;
  switch (event.key) {
    case 'Tab':
      return event.shiftKey ? null : 'take';
    case 'Escape':
      return 'close';
    case 'ArrowUp':
      return -1;
    case 'ArrowDown':
      return 1;
    default:
      return null;
  }
}

interface OffersProps {
  readonly id: string;
  readonly offers: readonly Completion[];
  readonly chosen: Completion | undefined;
  readonly onTake: (offer: Completion) => void;
  readonly onPoint: (index: number) => void;
}

function Offers({ id, offers, chosen, onTake, onPoint }: OffersProps) {
  return (
    <div className="offers" hidden={offers.length === 0}>
      <p className="offers-head">
        Commands of the bot
        <span>
          <kbd>↑</kbd> <kbd>↓</kbd> choose <kbd>Tab</kbd> take <kbd>Esc</kbd> close
        </span>
      </p>
      <div role="listbox" id={id} aria-label="Completions" data-testid="completions">
        {offers.map((offer, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled in the text field, which keeps the focus
          // biome-ignore lint/a11y/useFocusableInteractive: see above
          <div
            key={offer.line}
            role="option"
            id={`${id}-${index}`}
            aria-selected={offer === chosen}
            onMouseMove={() => onPoint(index)}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onTake(offer)}
          >
            <code>{offer.title}</code>
            <span>{offer.hint}</span>
          </div>
        ))}
      </div>
    </div>
  );
}

const SendIcon = () => (
  <svg viewBox="0 0 20 20" aria-hidden className="icon">
    <path d="M2.5 3.2l15 6.8-15 6.8 2-6.8zM4.5 10h6" fill="currentColor" stroke="#fff" strokeWidth=".8" />
  </svg>
);
