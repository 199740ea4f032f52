/** Generations of which one must be current (`If-Match`); `null` where whatever is current is meant. */
export type IfMatch = string | readonly string[] | null;

/** Whether a generation is one of those that are meant. */
export function matches(generation: string, ifMatch: IfMatch): boolean {
  return ifMatch === null || [ifMatch].flat().includes(generation);
}
