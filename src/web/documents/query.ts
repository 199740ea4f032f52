import type { DocumentQuery } from '../../client/index.ts';

/** What the list shows, as the address says it: a reload and the way back show the same. */
export type ListQuery = Pick<DocumentQuery, 'name' | 'type' | 'label' | 'state' | 'sort' | 'order'>;

const VALUES: Readonly<Record<keyof ListQuery, (value: string) => boolean>> = {
  name: (value) => value.length <= 255,
  type: (value) => value.length <= 200,
  label: (value) => value.length <= 64,
  state: (value) => value === 'deleted',
  sort: (value) => ['name', 'createdAt', 'updatedAt'].includes(value),
  order: (value) => value === 'ascending' || value === 'descending',
};

export function queryOf(search: string): ListQuery {
  const given = [...new URLSearchParams(search)];
  const known = given.filter(([name, value]) => value !== '' && VALUES[name as keyof ListQuery]?.(value));
  return Object.fromEntries(known);
}

/** The address of a list; what is usual is left out. */
export function addressOf(query: ListQuery): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const search = new URLSearchParams(given).toString();
  return search === '' ? '/documents' : `/documents?${search}`;
}

export function isFiltered({ name, type, label, state }: ListQuery): boolean {
  return [name, type, label, state].some((value) => value !== undefined && value !== '');
}

/** The order that a click on the head of a column asks for: the other way, or the usual way of another column. */
export function sortedBy(query: ListQuery, sort: 'name' | 'updatedAt'): ListQuery {
  const usual = sort === 'name' ? 'ascending' : 'descending';
  const { sort: by, order } = orderOf(query);
  if (by !== sort) return { ...query, sort, order: usual };
  return { ...query, sort, order: order === 'ascending' ? 'descending' : 'ascending' };
}

export function orderOf({ sort = 'updatedAt', order = 'descending' }: ListQuery) {
  return { sort, order };
}
