import { nodeCodec } from '../kit/index.ts';
import {
  type ChangeReport,
  changeReport,
  type ReportOptions,
  reportCsv,
  reportHtml,
} from '../redline/index.ts';
import { reportDocx } from '../reports/index.ts';

export const REPORT_FORMATS = ['docx', 'html', 'json', 'csv'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface AskedReport extends ReportOptions {
  readonly format: ReportFormat;
}

export interface WrittenReport {
  readonly document: Uint8Array;
  readonly report: ChangeReport;
}

/** A change report in the form that is asked for. Equal inputs make equal bytes. */
export async function report(document: Uint8Array, asked: AskedReport): Promise<WrittenReport> {
  const found = changeReport(document, asked, nodeCodec);
  return { document: await written(found, asked.format), report: found };
}

async function written(found: ChangeReport, format: ReportFormat): Promise<Uint8Array> {
  switch (format) {
    case 'docx':
      return await reportDocx(found, nodeCodec);
    case 'html':
      return nodeCodec.encodeUtf8(reportHtml(found));
    case 'json':
      return nodeCodec.encodeUtf8(`${JSON.stringify(found, null, 2)}\n`);
    case 'csv':
      return nodeCodec.encodeUtf8(reportCsv(found));
  }
}
