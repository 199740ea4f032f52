import { type FormEvent, useState } from 'react';
import { Link } from '../route.tsx';
import { addressOf } from './query.ts';

interface Props {
  readonly labels: readonly string[];
  readonly onLabels: (labels: readonly string[]) => void;
}

export function Labels({ labels, onLabels }: Props) {
  const [text, setText] = useState('');
  const add = (event: FormEvent): void => {
    event.preventDefault();
    const label = text.trim();
    setText('');
    if (label !== '' && !labels.includes(label)) onLabels([...labels, label]);
  };
  return (
    <div className="labels">
      <ul aria-label="Labels">
        {labels.map((label) => (
          <li key={label} className="tag">
            <Link to={addressOf({ label })}>{label}</Link>
            <button
              type="button"
              className="tag-remove"
              aria-label={`Remove the label ${label}`}
              onClick={() => onLabels(labels.filter((one) => one !== label))}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <form onSubmit={add}>
        <input
          className="field-input tag-input"
          aria-label="Add a label"
          placeholder="Add a label"
          value={text}
          maxLength={64}
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="quiet" disabled={text.trim() === ''}>
          Add
        </button>
      </form>
    </div>
  );
}
