export { type Alignment, align, alignmentSteps } from './align.ts';
export { anchor, type Candidate, heaviestChain } from './anchors.ts';
export { type CommonRun, commonRuns } from './runs.ts';
export { MAX_CELLS, pairByVotes, pairInOrder, similarity, type Words } from './similar.ts';
export { Interner, isBlank, tokenIds, wordIds } from './tokens.ts';
