export { describeContent } from './describe.ts';
export {
  CONTENT_TYPES,
  type ContentDescription,
  type ContentFormat,
  type ContentType,
  isWord,
} from './formats.ts';
export { refuseForeign } from './incoming.ts';
export type { ContentSource } from './source.ts';
