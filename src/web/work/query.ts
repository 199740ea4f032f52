import type { OperationQuery } from '../../client/index.ts';

/** Which work is shown, as the address says it: a reload and the way back show the same. */
export const SHOWN = ['all', 'open', 'ended', 'failed'] as const;
export type Shown = (typeof SHOWN)[number];

const WORDS = { all: 'All', open: 'Running', ended: 'Ended', failed: 'Failed' } as const;

export function shownIn(search: string): Shown {
  const given = new URLSearchParams(search).get('show');
  return SHOWN.find((one) => one === given) ?? 'all';
}

export function addressOf(shown: Shown): string {
  return shown === 'all' ? '/work' : `/work?show=${shown}`;
}

export function queryFor(shown: Shown): Pick<OperationQuery, 'state'> {
  return shown === 'all' ? {} : { state: shown };
}

export function wordsFor(shown: Shown): string {
  return WORDS[shown];
}
