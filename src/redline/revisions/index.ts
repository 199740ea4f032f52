export { emptyTally, type Tally } from './context.ts';
export { type Region, type Rungs, storyParts, type Written, writeRedline } from './document.ts';
