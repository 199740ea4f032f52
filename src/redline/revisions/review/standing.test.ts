import { describe, expect, test } from 'vitest';
import {
  cell,
  del,
  docx,
  ins,
  markOf,
  moved,
  noteRef,
  p,
  r,
  row,
  sdt,
  tbl,
  withNotes,
} from '../../../../test/support/redlines.ts';
import { nodeCodec } from '../../../kit/index.ts';
import { DEFAULT_LIMITS } from '../../options.ts';
import { listChanges } from '../changes/list.ts';
import { decideChanges } from '../decide/decide.ts';
import type { Verdict } from '../decide/decision.ts';
import { openStanding } from './standing.ts';

const OPTIONS = { limits: DEFAULT_LIMITS };
const idsOf = (document: Uint8Array): string[] =>
  listChanges(document, OPTIONS, nodeCodec).changes.map(({ id }) => id);
const deciding = (verdict: Verdict, ...ids: string[]) => [{ verdict, changes: { ids } }];

/** Decides every change in turn, from the middle out, with a review that stands beside one that reads the document each time. */
function decideAll(document: Uint8Array, verdict: Verdict): number {
  let current = document;
  let answered = 0;
  let review = openStanding(current, OPTIONS, nodeCodec);
  for (let ids = idsOf(current); ids.length > 0; ids = idsOf(current)) {
    const decisions = deciding(verdict, ids[ids.length >> 1] ?? '');
    const anew = decideChanges(current, decisions, OPTIONS, nodeCodec);
    const standing = review?.decide(decisions);
    if (standing) expect(standing).toEqual(anew);
    if (standing) answered++;
    else review = openStanding(anew.document, OPTIONS, nodeCodec);
    current = anew.document;
  }
  return answered;
}

const SAME = p(r('The same words stand here ') + ins(r('again')));
const ALIKE = SAME + p(r('Between.')) + SAME + p(del('again')) + SAME;
/** What there is, and how many of its decisions need no other reading. */
const ROWS: readonly (readonly [
  what: string,
  document: Uint8Array,
  answered: number | readonly [number, number],
])[] = [
  [
    'changes in paragraphs of their own',
    docx(p(r('One ') + ins(r('first'))) + p(r('Two ') + del('second'))),
    2,
  ],
  ['changes that say the same', docx(ALIKE), 4],
  [
    'paragraphs that went',
    docx(p(del('Gone'), markOf('del')) + p(r('Stays ') + ins(r('on'))) + p(r('End'))),
    2,
  ],
  [
    'paragraphs that came',
    docx(p(ins(r('New one')), markOf('ins')) + p(ins(r('Another')), markOf('ins')) + p(r('End'))),
    2,
  ],
  [
    'a move',
    docx(
      moved('moveFrom', 'a') +
        p(r('Middle ') + ins(r('x'))) +
        p(moved('moveTo', 'a', 'm1', 901)) +
        p(r('End')),
    ),
    2,
  ],
  [
    'rows of a table',
    docx(tbl(row(cell(p(r('A') + ins(r('b'))))) + row(cell(p(r('C') + del('d'))))) + p(r('End'))),
    2,
  ],
  [
    'a reference to a note',
    docx(withNotes(p(r('One') + ins(noteRef(1))) + p(r('Two ') + del('x')), { 1: p(r('n')) })),
    [2, 1],
  ],
  ['a control around paragraphs', docx(sdt(p(r('In ') + ins(r('it')))) + p(r('Out ') + del('x'))), 1],
];

describe('a review that stands', () => {
  test.each(ROWS)('decides as one that reads the document each time: %s', (_, document, answered) => {
    const [accepting, rejecting] = typeof answered === 'number' ? [answered, answered] : answered;
    expect(decideAll(document, 'accept'), 'accepting').toBe(accepting);
    expect(decideAll(document, 'reject'), 'rejecting').toBe(rejecting);
  });

  test('leaves refusals and filters to whoever reads the document, and is as it was', () => {
    const document = docx(ALIKE);
    const [first = '', second = ''] = idsOf(document);
    const review = openStanding(document, OPTIONS, nodeCodec);
    expect(review?.decide(deciding('accept', 'c0'))).toBeUndefined();
    expect(review?.decide(deciding('accept'))).toBeUndefined();
    expect(review?.decide([{ verdict: 'accept', changes: {} }])).toBeUndefined();
    expect(review?.decide([...deciding('accept', first), ...deciding('reject', first)])).toBeUndefined();
    const decisions = [...deciding('accept', first), ...deciding('reject', second)];
    expect(review?.decide(decisions)).toEqual(decideChanges(document, decisions, OPTIONS, nodeCodec));
  });

  test('is not opened for a document that deciding would write otherwise', () => {
    expect(openStanding(docx(`<!-- kept --> ${ALIKE}`), OPTIONS, nodeCodec)).toBeUndefined();
  });
});
