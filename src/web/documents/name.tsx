import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { KeptDocument } from '../../client/index.ts';
import { useArrival } from '../focus.ts';

interface Props {
  readonly document: KeptDocument;
  readonly onRename: (name: string) => void;
}

/** The name, which can be changed where it stands. */
export function Name({ document, onRename }: Props) {
  const heading = useArrival<HTMLHeadingElement>();
  const [editing, setEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const end = (): void => {
    setEditing(false);
    requestAnimationFrame(() => button.current?.focus());
  };
  if (editing)
    return (
      <Renaming
        name={document.name}
        onName={(name) => {
          end();
          if (name !== '' && name !== document.name) onRename(name);
        }}
        onCancel={end}
      />
    );
  return (
    <div className="naming">
      <h1 ref={heading} tabIndex={-1}>
        {document.name}
      </h1>
      {document.state === 'active' && (
        <button type="button" className="quiet" ref={button} onClick={() => setEditing(true)}>
          Rename
        </button>
      )}
    </div>
  );
}

interface RenamingProps {
  readonly name: string;
  readonly onName: (name: string) => void;
  readonly onCancel: () => void;
}

function Renaming({ name, onName, onCancel }: RenamingProps) {
  const [text, setText] = useState(name);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // The ending stays unless it is meant.
    const ending = name.lastIndexOf('.');
    input.current?.focus();
    input.current?.setSelectionRange(0, ending > 0 ? ending : name.length);
  }, [name]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onName(text.trim());
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') onCancel();
  };
  return (
    <form className="naming" onSubmit={submit}>
      <input
        ref={input}
        className="field-input naming-input"
        aria-label="Name of the document"
        value={text}
        maxLength={255}
        required
        autoComplete="off"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={press}
      />
      <button type="submit">Save</button>
      <button type="button" className="quiet" onClick={onCancel}>
        Cancel
      </button>
    </form>
  );
}
