export { openEmbeddedPlatform } from './embedded/index.ts';
export type { Platform } from './platform.ts';
