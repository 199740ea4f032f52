import { extname } from 'node:path';
import { REPORT_FORMATS, type ReportFormat, report } from '../jobs/index.ts';
import { DEFAULT_LIMITS } from '../redline/index.ts';
import type { Io } from './io.ts';
import { oneOf, type ProduceFlags, produce } from './produce.ts';
import { parseDate } from './stamp.ts';

export interface ReportFlags extends ProduceFlags {
  readonly format?: string;
  readonly original?: string;
  readonly modified?: string;
  readonly date?: string;
}

/** `redline report`: resolves with the exit code. */
export async function runReport(document: string, flags: ReportFlags, io: Io): Promise<number> {
  const asked = {
    original: flags.original ?? null,
    modified: flags.modified ?? null,
    date: parseDate(flags.date, io.today()),
    format: formatOf(flags),
    limits: DEFAULT_LIMITS,
  };
  const work = async ([bytes]: readonly [Uint8Array]) => {
    const written = await report(bytes, asked);
    const { changes, substance, formatting } = written.report.counts;
    const summary = `  ${changes} changes: ${substance} of substance, ${formatting} of formatting and numbering`;
    return { content: written.document, report: written.report, summary };
  };
  return await produce([{ name: document, role: 'document' }] as const, flags, 'Reporting', work, io);
}

function formatOf({ format, output }: ReportFlags): ReportFormat {
  return format === undefined ? formatByName(output) : oneOf('--format', format, REPORT_FORMATS);
}

/** As the name of the file says, else a Word document. */
export function formatByName(output: string): ReportFormat {
  const ending = extname(output).slice(1).toLowerCase();
  return REPORT_FORMATS.find((one) => one === ending) ?? 'docx';
}
