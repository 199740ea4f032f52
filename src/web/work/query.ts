import type { OperationQuery } from '../../client/index.ts';

/** Which work is shown, as the address says it: a reload and the way back show the same. */
export const SHOWN = ['all', 'open', 'ended', 'failed'] as const;
export type Shown = (typeof SHOWN)[number];

/** Whose work: one's own, that of everybody, or of somebody by their id. */
export type Whose = 'own' | 'everybody' | { readonly id: string };

export interface WorkQuery {
  readonly shown: Shown;
  readonly whose: Whose;
}

const WORDS = { all: 'All', open: 'Running', ended: 'Ended', failed: 'Failed' } as const;

/** @param mayOversee whether others' work is for whoever looks; otherwise it is their own, whatever the address says. */
export function queryIn(search: string, mayOversee: boolean): WorkQuery {
  const given = new URLSearchParams(search);
  const whose = given.get('whose');
  return {
    shown: SHOWN.find((one) => one === given.get('show')) ?? 'all',
    whose: !mayOversee || whose === null ? 'own' : whose === 'everybody' ? whose : { id: whose },
  };
}

export function addressOf({ shown, whose }: WorkQuery): string {
  const query = new URLSearchParams({
    ...(shown === 'all' ? {} : { show: shown }),
    ...(whose === 'own' ? {} : { whose: typeof whose === 'string' ? whose : whose.id }),
  });
  return query.size === 0 ? '/work' : `/work?${query}`;
}

export function queryFor({ shown, whose }: WorkQuery): OperationQuery {
  const state = shown === 'all' ? {} : { state: shown };
  if (whose === 'own') return state;
  return { ...state, scope: 'tenant', ...(typeof whose === 'string' ? {} : { createdBy: whose.id }) };
}

export function wordsFor(shown: Shown): string {
  return WORDS[shown];
}
