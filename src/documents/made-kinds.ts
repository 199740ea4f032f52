/** How the engine makes a version out of the one before it, and how it makes the first one of a redline. */
export const DERIVED_KINDS = ['decided', 'edited', 'commented', 'scrubbed'] as const;
export const REDLINE_KINDS = ['compared', 'combined'] as const;
export type DerivedKind = (typeof DERIVED_KINDS)[number];
export type RedlineKind = (typeof REDLINE_KINDS)[number];
