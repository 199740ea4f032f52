import type { ConflictKind } from './options.ts';
import { sameness, shared } from './provenance.ts';

/** Changes of both sides that meet. */
export interface Meeting {
  readonly kind: ConflictKind;
  /** Texts with the tags of the revisions that meet. */
  readonly mine: string;
  readonly theirs: string;
  /** Theirs do not stand for themselves any more: ours stand in their place. */
  readonly lost: boolean;
}

export type Report = (meeting: Meeting) => void;

/** Ours for both where both say the same; nothing where they do not. Marks of one author and time are no meeting. */
export function agreed(mine: string, theirs: string, report: Report): string | undefined {
  if (sameness(mine, true) !== sameness(theirs, true)) return undefined;
  if (sameness(mine, false) !== sameness(theirs, false)) report({ kind: 'same', mine, theirs, lost: false });
  return shared(mine, theirs);
}
