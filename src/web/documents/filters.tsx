import { type FormEvent, useId } from 'react';
import { Typed } from '../typed.tsx';
import type { ListQuery } from './query.ts';
import { KINDS } from './words.ts';

interface Props {
  readonly query: ListQuery;
  readonly onChange: (query: ListQuery) => void;
}

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
