import fc from 'fast-check';
import { expect, test } from 'vitest';
import { original } from '../../scripts/sample/content/original.ts';
import { pack } from '../../scripts/sample/pack.ts';
import { render } from '../../scripts/sample/render.ts';
import { nodeCodec } from '../../src/kit/index.ts';
import { type BlacklineOptions, blackline, DEFAULT_LIMITS } from '../../src/redline/index.ts';
import { openPackage } from '../../src/redline/ooxml/index.ts';
import { settleAll } from '../../src/redline/revisions/decide/settle.ts';
import { hasRevisions, storyParts } from '../../src/redline/revisions/index.ts';
import { type Base, SMALL } from './bases.ts';
import { emptyTally, redlineLaws } from './run.ts';

const SEED = 20260102;
const sample: Base = { name: 'sample', data: await pack(render(original), '2026-02-02T09:00:00Z') };

/** Colours that no document of the tests has. */
const LOOKS: BlacklineOptions = {
  insertion: { decoration: 'double-underline', color: '0A0B01' },
  deletion: { decoration: 'strike', color: '0A0B02' },
  moveFrom: { decoration: 'double-strike', color: '0A0B02' },
  moveTo: { decoration: 'dashed-underline', color: '0A0B01' },
  formatting: { decoration: 'dotted-underline', color: null },
};
const GONE = '<w:color w:val="0A0B02"/>';
const RUN = /<w:r[ >](?:(?!<w:txbxContent)[\s\S])*?<\/w:r>/g;
/** What the comparison itself says. */
const SIGN = /<w:t xml:space="preserve">(?:¶|\[[a-z ]*picture[a-z ]*\])<\/w:t>/g;

const words = (xml: string): string =>
  Array.from(xml.matchAll(/<w:t(?: [^>]*)?>([^<]*)<\/w:t>/g), (m) => m[1]).join('');
const withoutGone = (xml: string): string =>
  xml.replace(RUN, (run) => (run.includes(GONE) ? '' : run)).replace(SIGN, '');

test.each<[string, readonly Base[], number]>([
  ['small documents of our own', SMALL, 150],
  ['the sample', [sample], 12],
])('without what is struck, a static comparison reads as the modified document: %s', (_, bases, numRuns) => {
  const tally = emptyTally();
  const law = redlineLaws(bases, tally, (__, { redline }) => {
    const shown = openPackage(
      blackline(redline, nodeCodec, DEFAULT_LIMITS, LOOKS),
      nodeCodec,
      DEFAULT_LIMITS,
    );
    const marked = openPackage(redline, nodeCodec, DEFAULT_LIMITS);
    for (const part of storyParts(marked)) {
      expect(hasRevisions(shown.text(part)), part).toBe(false);
      if (/notes/.test(part)) continue; // a note that went away stands in the modified document's file, too
      expect(words(withoutGone(shown.text(part))), part).toBe(words(settleAll(marked.root(part), 'accept')));
    }
  });
  fc.assert(law, { seed: SEED, numRuns });
  expect(tally.pairs).toBeGreaterThanOrEqual(numRuns);
});
