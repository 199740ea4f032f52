import type { Command } from 'commander';
import type { Io } from './io.ts';

const HTML_HELP = `
One page that stands alone, for any document with tracked changes: no script, nothing from elsewhere, nothing of the
document active. DOCUMENT may be "-", standard input; OUT may be "-", standard output.

Examples:
  redline html redline.docx -o redline.html
  redline html redline.docx -o redline.html --view side-by-side
`;

const BLACKLINE_HELP = `
A Word document without tracked changes in which what was inserted, deleted or moved looks so. A LOOK is a decoration
(underline, double-underline, dotted-underline, dashed-underline, wavy-underline, strike, double-strike), with a colour
behind it where wanted: double-underline:0000C8, or strike:none to leave the text its colour.

Examples:
  redline blackline redline.docx -o blackline.docx
  redline blackline redline.docx -o blackline.docx --insertion underline:000000 --deletion strike:none
`;

const PDF_HELP = `
Needs LibreOffice, or Chromium for a redline or a report: found on the PATH, or named by REDLINE_OFFICE and REDLINE_BROWSER. Exit
code 5 says that none was found.

Example:
  redline pdf redline.docx -o redline.pdf --subject blackline
`;

const REPORT_HELP = `
Changes of formatting and numbering stand apart from those of substance. In CSV no field is a formula.

Examples:
  redline report redline.docx -o report.docx --original draft-1.docx --modified draft-2.docx
  redline report redline.docx -o changes.csv --date none
`;

/** The commands that show what was changed. */
export function addShowCommands(program: Command, io: Io, done: (exitCode: number) => void): void {
  program
    .command('html <document>')
    .description('show a document with tracked changes as a page')
    .usage('DOCUMENT -o OUT [options]')
    .requiredOption('-o, --output <out>', 'the page to write; "-" is standard output')
    .option('--view <view>', 'inline or side-by-side', 'inline')
    .option('--json', 'print words and clauses as JSON on standard output')
    .option('--force', 'let OUT replace the document')
    .addHelpText('after', HTML_HELP)
    .action(async (document, flags) => {
      const { runHtml } = await import('./show.ts');
      done(await runHtml(document, flags, io));
    });
  program
    .command('blackline <document>')
    .description('write a static comparison: the changes as formatting, none tracked')
    .usage('DOCUMENT -o OUT [options]')
    .requiredOption('-o, --output <out>', 'the document to write; "-" is standard output')
    .option('--insertion <look>', 'of what was inserted')
    .option('--deletion <look>', 'of what was deleted')
    .option('--move-from <look>', 'of what was moved away')
    .option('--move-to <look>', 'of what was moved here')
    .option('--formatting <look>', 'of what looks different now; none leaves it unmarked')
    .option('--json', 'print words and clauses as JSON on standard output')
    .option('--force', 'let OUT replace the document')
    .addHelpText('after', BLACKLINE_HELP)
    .action(async (document, flags) => {
      const { runBlackline } = await import('./show.ts');
      done(await runBlackline(document, flags, io));
    });
  program
    .command('pdf <document>')
    .description('print a redline, a static comparison or a change report as PDF')
    .usage('DOCUMENT -o OUT [options]')
    .requiredOption('-o, --output <out>', 'the PDF to write; "-" is standard output')
    .option('--subject <subject>', 'redline, blackline or report', 'redline')
    .option('--json', 'print what was printed from as JSON on standard output')
    .option('--force', 'let OUT replace the document')
    .addHelpText('after', PDF_HELP)
    .action(async (document, flags) => {
      const { runPdf } = await import('./pdf.ts');
      done(await runPdf(document, flags, io));
    });
  program
    .command('report <document>')
    .description('report what was changed: clause by clause, before and after')
    .usage('DOCUMENT -o OUT [options]')
    .requiredOption('-o, --output <out>', 'the report to write; "-" is standard output')
    .option('--format <format>', 'docx, html, json or csv (default: as OUT ends, else docx)')
    .option('--original <name>', 'what the report calls the earlier version')
    .option('--modified <name>', 'what the report calls the later version')
    .option('--date <date>', 'the date of the report, ISO 8601, or "none" (default: now)')
    .option('--json', 'print the report as JSON on standard output, too')
    .option('--force', 'let OUT replace the document')
    .addHelpText('after', REPORT_HELP)
    .action(async (document, flags) => {
      const { runReport } = await import('./report.ts');
      done(await runReport(document, flags, io));
    });
}
