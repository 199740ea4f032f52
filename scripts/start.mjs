// `npm start`: installs and builds what is not there yet, then serves. Needs Node 18 or newer and nothing installed.
import { ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { productNode } from './lib/places.mjs';
import { run, say, script } from './lib/run.mjs';

await script(async () => {
  await ensureInstalled();
  await ensureBuilt();
  say('Starting …');
  // In a process group of its own: the one Ctrl-C that counts is the one that we pass on.
  return await run(productNode(), ['dist/main.js', ...process.argv.slice(2)], {
    detached: true,
  });
});
