export { emptyTally, type Tally } from './context.ts';
export {
  type Region,
  type Rungs,
  type Written,
  withoutRevisions,
  writeRedline,
} from './document.ts';
