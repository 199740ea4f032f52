// Writes the sample: a services agreement of our own making, in the supplier's first draft and as it came back.
//
//   node scripts/sample/build.ts [DIRECTORY]      default: dist/sample
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { revision } from './content/modified.ts';
import { original } from './content/original.ts';
import { revise } from './edits.ts';
import { pack } from './pack.ts';
import { render } from './render.ts';

const directory = resolve(process.argv[2] ?? join(import.meta.dirname, '../../dist/sample'));
mkdirSync(directory, { recursive: true });
const versions = [
  { name: 'original', agreement: original, date: '2026-02-02T09:00:00Z' },
  { name: 'modified', agreement: revise(original, revision), date: '2026-02-23T16:30:00Z' },
];
for (const { name, agreement, date } of versions) {
  writeFileSync(join(directory, `${name}.docx`), await pack(render(agreement), date));
}
