/** The question that Slack asks before a button with `confirm` acts. */
import { useEffect, useRef } from 'react';

export interface ConfirmTexts {
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
  readonly deny: string;
}

export function readConfirm(confirm: unknown): ConfirmTexts | null {
  if (typeof confirm !== 'object' || confirm === null) return null;
  const read = (key: string, otherwise: string): string => {
    const part = (confirm as Record<string, { text?: unknown } | undefined>)[key];
    return typeof part?.text === 'string' ? part.text : otherwise;
  };
  return {
    title: read('title', 'Are you sure?'),
    text: read('text', ''),
    confirm: read('confirm', 'Yes'),
    deny: read('deny', 'Cancel'),
  };
}

interface ConfirmProps {
  readonly texts: ConfirmTexts;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

export function Confirm({ texts, onConfirm, onCancel }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog className="modal small" ref={dialog} onCancel={onCancel} aria-label={texts.title}>
      <h2>{texts.title}</h2>
      <p>{texts.text}</p>
      <footer>
        <button type="button" className="plain" onClick={onCancel}>
          {texts.deny}
        </button>
        <button type="button" className="primary" onClick={onConfirm}>
          {texts.confirm}
        </button>
      </footer>
    </dialog>
  );
}
