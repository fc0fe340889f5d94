/** A modal that the bot has opened: blocks, inputs of the common kinds, submit and close. */
import { type FormEvent, useEffect, useId, useRef } from 'react';
import type { Block, JsonObject, OpenView } from '../slack/types.js';
import { BlockKit, type Names } from './block-kit.js';
import type { Action } from './wire.js';

interface ModalProps {
  readonly open: OpenView;
  readonly names: Names;
  readonly busy: boolean;
  readonly onAction: (action: Action) => void;
  readonly onSubmit: (values: Readonly<Record<string, string>>) => void;
  readonly onClose: () => void;
}

export function Modal({ open, names, busy, onAction, onSubmit, onClose }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const { view } = open;
  const blocks = Array.isArray(view['blocks']) ? (view['blocks'] as Block[]) : [];
  const submit = textOf(view['submit']);
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const entries = [...new FormData(event.currentTarget)].map(([key, value]) => [key, String(value)]);
    onSubmit(Object.fromEntries(entries));
  };
  return (
    <dialog
      className="modal"
      ref={dialog}
      onCancel={onClose}
      aria-label={textOf(view['title'])}
      data-testid="modal"
    >
      <form onSubmit={send}>
        <h2>{textOf(view['title'])}</h2>
        <div className="modal-body">
          {blocks.map((block, index) =>
            block.type === 'input' ? (
              <Input
                key={blockIdOf(block, index)}
                block={block}
                error={open.errors[blockIdOf(block, index)]}
              />
            ) : (
              <BlockKit
                key={blockIdOf(block, index)}
                id={`${open.id}.${index}`}
                text=""
                blocks={[block]}
                names={names}
                busy={[]}
                onAction={onAction}
              />
            ),
          )}
        </div>
        <footer>
          <button type="button" className="plain" onClick={onClose}>
            {textOf(view['close']) || 'Cancel'}
          </button>
          {submit && (
            <button type="submit" className="primary" aria-busy={busy} disabled={busy}>
              {submit}
            </button>
          )}
        </footer>
      </form>
    </dialog>
  );
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null;
const textOf = (value: unknown): string => (isObject(value) ? String(value['text'] ?? '') : '');
const blockIdOf = (block: Block, index: number): string => String(block['block_id'] ?? index);

/** Drawn here, not by the library, which tells nobody what is filled in. */
function Input({ block, error }: { block: Block; error: string | undefined }) {
  const element = isObject(block['element']) ? block['element'] : {};
  const id = useId();
  const name = String(block['block_id'] ?? '');
  const options = Array.isArray(element['options']) ? element['options'].filter(isObject) : [];
  const required = block['optional'] !== true;
  return (
    <div className="field">
      <label htmlFor={id}>{textOf(block['label'])}</label>
      {options.length > 0 ? (
        <select id={id} name={name} required={required} defaultValue={initialOf(element)}>
          <option value="">{textOf(element['placeholder']) || 'Choose…'}</option>
          {options.map((option) => (
            <option key={String(option['value'])} value={String(option['value'])}>
              {textOf(option['text'])}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          name={name}
          required={required}
          defaultValue={String(element['initial_value'] ?? '')}
        />
      )}
      {error && <span className="problem">{error}</span>}
    </div>
  );
}

const initialOf = (element: JsonObject): string => {
  const initial = element['initial_option'];
  return isObject(initial) ? String(initial['value']) : '';
};
