export { emptyTally, type Tally } from './context.ts';
export {
  type Written,
  withoutRevisions,
  writeRedline,
} from './document.ts';
export type { Region, Rungs } from './result.ts';
