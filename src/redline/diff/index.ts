export { type Alignment, align, alignmentSteps } from './align.ts';
export { anchor, type Candidate, heaviestChain } from './anchors.ts';
export { Interner } from './interner.ts';
export { type CommonRun, commonRuns } from './runs.ts';
export { MAX_CELLS, pairByVotes, pairInOrder, similarity, type Words } from './similar.ts';
export { isBlank, tokenIds, WordReader, wordIds } from './tokens.ts';
