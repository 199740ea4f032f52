import type { Batch } from '../../client/index.ts';
import { signOf, stateWords } from './words.ts';

/** A state as sign and word; the colour only repeats them. */
export function State({ state }: { readonly state: Batch['state'] }) {
  return (
    <span className={`work-state is-${state}`}>
      <span aria-hidden="true">{signOf(state)} </span>
      {stateWords(state)}
    </span>
  );
}
