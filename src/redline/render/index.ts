export {
  type BlacklineOptions,
  blackline,
  DECORATIONS,
  DEFAULT_BLACKLINE,
} from './blackline/index.ts';
export {
  type HtmlOptions,
  type HtmlRendering,
  renderBlocks,
  renderHtml,
  renderPage,
  VIEWS,
  type View,
} from './html.ts';
export { forPrinting } from './printable.ts';
export {
  type ChangeReport,
  changeReport,
  changesCsv,
  csvLine,
  figuresOf,
  placeOfClause,
  type ReportedChange,
  type ReportedClause,
  type ReportOptions,
  reportCsv,
  reportHtml,
  sidesOf,
  subjectOf,
} from './report/index.ts';
export {
  CLAUSE_STATES,
  type ClauseFigures,
  type ClauseState,
  type Statistics,
  statistics,
  type WordFigures,
} from './statistics.ts';
export type { HtmlBlock } from './stories.ts';
