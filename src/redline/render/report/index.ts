export { changesCsv, csvLine, reportCsv } from './csv.ts';
export { reportHtml } from './html.ts';
export {
  type ChangeReport,
  changeReport,
  figuresOf,
  placeOfClause,
  type ReportedChange,
  type ReportedClause,
  type ReportOptions,
  sidesOf,
  subjectOf,
} from './model.ts';
