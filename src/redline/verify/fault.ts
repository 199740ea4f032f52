import type { Verification } from '../report.ts';

/** Something that is wrong with a package. */
export type Fault = Verification['faults'][number];
