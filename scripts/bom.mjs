// `npm run --silent bom`: what the product is made of, as CycloneDX, on stdout. From the lockfile, so that it needs no network.
// Not `--omit dev`: npm 11 then leaves out whatever a development dependency wants as well (jose, zod).
import { spawnSync } from 'node:child_process';
import { root } from './lib/places.mjs';

const ARGUMENTS = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application'];
const { status, stdout, stderr } = spawnSync('npm', ARGUMENTS, {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 2 ** 28,
});
if (status !== 0) throw new Error(`npm made none:\n${stderr}`);
const bill = JSON.parse(stdout);

const isForDevelopment = ({ properties = [] }) =>
  properties.some(({ name }) => name === 'cdx:npm:package:development');
const components = bill.components.filter((one) => !isForDevelopment(one));
const known = new Set([bill.metadata.component['bom-ref'], ...components.map((one) => one['bom-ref'])]);
const dependencies = bill.dependencies
  .filter(({ ref }) => known.has(ref))
  .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((one) => known.has(one)) }));
// npm takes the name of the folder.
const component = { ...bill.metadata.component, name: 'redline' };
const metadata = { ...bill.metadata, component };
process.stdout.write(`${JSON.stringify({ ...bill, metadata, components, dependencies }, null, 2)}\n`);
