import { textTable } from '../kit/index.ts';
import type {
  CertificateCheck,
  Counts,
  Difference,
  Ignored,
  NotCompared,
  Report,
  Verification,
} from '../redline/index.ts';

const LABELS: Readonly<Record<keyof Counts, string>> = {
  insertions: 'insertions',
  deletions: 'deletions',
  moves: 'moves',
  runFormatting: 'text formatting',
  paragraphFormatting: 'paragraph formatting',
  tableRows: 'table rows',
  tableProperties: 'table properties',
  sections: 'sections',
};

/** Longer lists are cut for people; `--json` has them whole. */
const MOST_LISTED = 10;

/** A report for people: what changed, what could not be compared, what was proven, how long it took. */
export function comparisonSummary(report: Omit<Report, 'certificate'>): string {
  const head = report.identical
    ? ['  The documents say the same: the redline is the original.']
    : [changes(report)];
  return [
    ...head,
    '',
    ...outcome(report),
    ...leftOut(report.ignored),
    ...notCompared(report.notCompared),
  ].join('\n');
}

function changes(report: Omit<Report, 'certificate'>): string {
  const kinds = Object.entries(LABELS) as [keyof Counts, string][];
  const rows = kinds.map(([kind, label]): [string, number] => [label, report.counts[kind]]);
  const words = Object.entries(report.words).map(([kind, count]): [string, number] => [
    `words ${kind}`,
    count,
  ]);
  const table = textTable(
    ['changes', 'count'],
    [...rows, ...words].filter(([, count]) => count > 0),
  );
  return indent(table);
}

function outcome(report: Omit<Report, 'certificate'>): string[] {
  const coarse = report.stories.filter((story) => story.rung !== 'words');
  const ms = report.stages.map((stage) => `${stage.name} ${stage.ms.toFixed(0)}`).join(', ');
  const total = report.stages.reduce((sum, stage) => sum + stage.ms, 0);
  const stories = `${report.verification.stories} ${plural(report.verification.stories, 'story', 'stories')}`;
  return [
    `  verified  rejecting gives the original, accepting the modified document (${stories})`,
    ...listed(coarse.map((story) => `  coarser   ${story.story}: marked by ${story.rung}`)),
    ...listed(report.budgets.map((b) => `  budget    ${b.story}: ${b.allowed} ${b.budget} reached`)),
    `  time      ${total.toFixed(0)} ms (${ms})`,
  ];
}

function leftOut(items: readonly Ignored[]): string[] {
  return items.map(
    ({ aspect, differences }) => `  ignored   ${aspect}: ${differences} seen and left as in the original`,
  );
}

function notCompared(items: readonly NotCompared[]): string[] {
  if (items.length === 0) return [];
  return ['', '  Not compared:', ...listed(items.map((item) => `    ${item.part}: ${item.reason}`))];
}

/** What `verify` found, for people. */
export function verificationSummary(verification: Verification): string {
  const stories = `${verification.stories} ${plural(verification.stories, 'story', 'stories')}`;
  if (verification.exact)
    return `exact: rejecting gives the original, accepting the modified document (${stories})`;
  const faults = verification.faults.map(
    (fault) => `  ${fault.part || 'package'}: ${fault.message} (${fault.code})`,
  );
  return ['not exact:', ...listed(verification.differences.map(difference)), ...listed(faults)].join('\n');
}

/** What the check of a certificate found, for people. */
export function certificateSummary({ valid, mismatches, verification }: CertificateCheck): string {
  const proof = verification === undefined ? [] : [verificationSummary(verification)];
  const head = valid ? 'certificate holds' : 'certificate does not hold:';
  return [head, ...mismatches.map(({ about, message }) => `  ${about}: ${message}`), ...proof].join('\n');
}

function difference(one: Difference): string {
  const want = one.direction === 'reject' ? 'the original' : 'the modified document';
  return `  ${one.direction}ing does not give ${want}: ${one.story}, ${one.level}, ${one.aspect} ${one.at + 1}`;
}

function listed(lines: readonly string[]): string[] {
  const left = lines.length - MOST_LISTED;
  return left > 0 ? [...lines.slice(0, MOST_LISTED), `  … and ${left} more (--json lists all)`] : [...lines];
}

function plural(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
