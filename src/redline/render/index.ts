export {
  type BlacklineOptions,
  blackline,
  DECORATIONS,
  DEFAULT_BLACKLINE,
} from './blackline/index.ts';
export { renderHtml } from './html.ts';
