export { createApp } from './app.ts';
export { rawProblem } from './raw-problem.ts';
export type { HttpServices, Vitals } from './services.ts';
export { UploadMemory } from './upload-memory.ts';
