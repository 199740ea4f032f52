export { acceptRevisions, hasRevisions } from './accept.ts';
export { emptyTally, type Tally } from './context.ts';
export {
  type Region,
  type Rungs,
  storyParts,
  type Written,
  withoutRevisions,
  writeRedline,
} from './document.ts';
