import { type FormEvent, type ReactNode, useId } from 'react';
import type { EventTypes } from '../../client/index.ts';
import { Typed } from '../typed.tsx';
import type { EventQuery } from './query.ts';
import { OUTCOMES, typeName } from './words.ts';

interface Props {
  readonly query: EventQuery;
  readonly types: EventTypes['types'];
  readonly onChange: (query: EventQuery) => void;
}

const MORE = [
  ['object', 'Done to (id)'],
  ['credential', 'Session or key (id)'],
  ['address', 'IP address'],
  ['requestId', 'Request id'],
] as const;

export function EventFilters({ query, types, onChange }: Props) {
  const set = (change: EventQuery): void => onChange({ ...query, ...change });
  const typed = (name: 'actor' | 'document' | (typeof MORE)[number][0], label: string) => (
    <Typed
      key={name}
      label={label}
      type="text"
      className=""
      value={query[name] ?? ''}
      maxLength={300}
      onChange={(value) => set({ [name]: value.trim() })}
    />
  );
  const isMore = MORE.some(([name]) => (query[name] ?? '') !== '');
  return (
    <search>
      <form className="audit-filters" onSubmit={(event: FormEvent) => event.preventDefault()}>
        <div className="filters">
          <Choice label="What happened" value={query.type} onChange={(type) => set({ type })}>
            <option value="">Everything</option>
            {Object.keys(types).map((type) => (
              <option key={type} value={type}>
                {typeName(type)}
              </option>
            ))}
          </Choice>
          <Choice label="Outcome" value={query.outcome} onChange={(outcome) => set({ outcome })}>
            <option value="">Any</option>
            {Object.entries(OUTCOMES).map(([outcome, { word }]) => (
              <option key={outcome} value={outcome}>
                {word}
              </option>
            ))}
          </Choice>
          {typed('actor', 'Who (id)')}
          {typed('document', 'Document (id)')}
          <Day label="From" value={query.from} onChange={(from) => set({ from })} />
          <Day label="To" value={query.to} onChange={(to) => set({ to })} />
        </div>
        <details open={isMore || undefined}>
          <summary>More filters</summary>
          <div className="filters">{MORE.map(([name, label]) => typed(name, label))}</div>
        </details>
      </form>
    </search>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly onChange: (value: string) => void;
}

function Choice({ label, value = '', onChange, children }: FieldProps & { readonly children: ReactNode }) {
  const id = useId();
  return (
    <div className="filter">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="field-input"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      >
        {children}
      </select>
    </div>
  );
}

function Day({ label, value = '', onChange }: FieldProps) {
  const id = useId();
  return (
    <div className="filter">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="date"
        className="field-input"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}
