export { createApp } from './app.ts';
export { type Figures, METRICS_TYPE, metricsText } from './metrics.ts';
export { Precedence } from './precedence.ts';
export type { HttpServices, Vitals } from './services.ts';
export { answerUnparsed, toWire } from './unparsed.ts';
export { UploadMemory } from './upload-memory.ts';
