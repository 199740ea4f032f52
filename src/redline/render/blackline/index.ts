export { blackline } from './blackline.ts';
export {
  type BlacklineOptions,
  DECORATIONS,
  DEFAULT_BLACKLINE,
  type Decoration,
  type Look,
} from './looks.ts';
