import { csvLine } from '../redline/index.ts';
import { type AuditEvent, EVENT_FIELDS } from './event.ts';

export const EXPORT_FORMATS = ['jsonl', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What stands above the events of an export. */
export function headLine(format: ExportFormat): string {
  return format === 'csv' ? csvLine(EVENT_FIELDS) : '';
}

/** An event as a line of an export: of JSON, or of CSV (RFC 4180) whose fields no spreadsheet takes for a formula. */
export function eventLine(event: AuditEvent, format: ExportFormat): string {
  if (format === 'jsonl') return `${JSON.stringify(event)}\n`;
  return csvLine(EVENT_FIELDS.map((field) => String(event[field] ?? '')));
}
