import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import type { ListQuery } from './query.ts';
import { KINDS } from './words.ts';

interface Props {
  readonly query: ListQuery;
  readonly onChange: (query: ListQuery) => void;
}

/** Milliseconds without a key after which what was typed is looked for. */
const TYPED_MS = 250;

export function Filters({ query, onChange }: Props) {
  const id = useId();
  const set = (change: ListQuery): void => onChange({ ...query, ...change });
  return (
    <search>
      <form className="filters" onSubmit={(event: FormEvent) => event.preventDefault()}>
        <Typed
          label="Search by name"
          type="search"
          className="filter-name"
          value={query.name ?? ''}
          maxLength={255}
          onChange={(name) => set({ name })}
        />
        <div className="filter">
          <label htmlFor={`${id}-kind`}>Kind</label>
          <select
            id={`${id}-kind`}
            className="field-input"
            value={query.type ?? ''}
            onChange={(event) => set({ type: event.target.value })}
          >
            <option value="">All kinds</option>
            {[...KINDS].map(([type, name]) => (
              <option key={type} value={type}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <div className="filter">
          <label htmlFor={`${id}-state`}>Status</label>
          <select
            id={`${id}-state`}
            className="field-input"
            value={query.state ?? ''}
            onChange={(event) => onChange(withState(query, event.target.value === 'deleted'))}
          >
            <option value="">Kept</option>
            <option value="deleted">Deleted</option>
          </select>
        </div>
        <Typed
          label="Label"
          type="text"
          className=""
          value={query.label ?? ''}
          maxLength={64}
          onChange={(label) => set({ label })}
        />
      </form>
    </search>
  );
}

function withState({ state: _, ...query }: ListQuery, isDeleted: boolean): ListQuery {
  return isDeleted ? { ...query, state: 'deleted' } : query;
}

interface TypedProps {
  readonly label: string;
  readonly type: 'search' | 'text';
  readonly className: string;
  readonly value: string;
  readonly maxLength: number;
  readonly onChange: (value: string) => void;
}

/** A field whose value is taken when the typing rests. */
function Typed({ label, type, className, value, maxLength, onChange }: TypedProps) {
  const id = useId();
  const [text, setText] = useState(value);
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => latest.current(text), TYPED_MS);
    return () => clearTimeout(timer);
  }, [text, value]);
  return (
    <div className={`filter ${className}`}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={type}
        className="field-input"
        value={text}
        maxLength={maxLength}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
      />
    </div>
  );
}
