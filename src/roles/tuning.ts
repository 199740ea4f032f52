import { setFlagsFromString } from 'node:v8';

/**
 * How Node is set for what this service does. To be called first.
 *
 * Uploads pass through memory that lies outside of the collector's heap. By itself V8 collects everything whenever 64 MB
 * of it came to be, which was once for each large file and half of all processor time; counted to the limit of the heap,
 * as it grows, it is collected where that frees something.
 */
export function tuneRuntime(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
}
