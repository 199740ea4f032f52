import { basename, join } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

const root = join(import.meta.dirname, '../..');
const COMMAND = join(root, 'src/cli/index.ts');
const SERVICE = join(root, 'src/main.ts');

const IMPORT = /^import (?:(\w+)(?:, )?)?(?:\{ ([^}]*) \})? ?from "(node:[^"]+)";$/gm;

/**
 * Node's own modules are asked for by their names at run time. Imported, all that they export is looked at, and so
 * loaded, for the sake of a few functions: `fs` brings streams, `process` and `util` a dozen others.
 */
const builtins: Plugin = {
  name: 'builtins',
  renderChunk: (code) => ({
    code: code.replace(IMPORT, (_, whole: string | undefined, names: string | undefined, id: string) => {
      const module = `globalThis.process.getBuiltinModule("${id}")`;
      const parts = names === undefined ? [] : [`{ ${names.replaceAll(' as ', ': ')} } = ${module}`];
      if (whole !== undefined) parts.unshift(`${whole} = ${module}`);
      return `const ${parts.join(', ')};`;
    }),
    map: null,
  }),
};

// The `redline` command in few files: a start loads what its verb needs, and waits for no hundreds of modules. Names and
// lines stay readable; `node --enable-source-maps` tells the places in the sources.
export default defineConfig({
  root,
  publicDir: false,
  ssr: { noExternal: ['commander'] },
  plugins: [builtins],
  build: {
    ssr: COMMAND,
    outDir: join(root, 'dist/command'),
    emptyOutDir: true,
    target: 'node22',
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      // The service and its threads are files of their own, of which the command is only another way to start.
      external: (id) => basename(id) === basename(SERVICE),
      // Modules do nothing when they are loaded, so what is not used is not loaded.
      treeshake: { moduleSideEffects: (id) => id === COMMAND },
      output: {
        chunkFileNames: '[name].js',
        // What every verb needs, and what a comparison does, is one file each.
        codeSplitting: {
          groups: [
            { name: 'program', test: /\/src\/cli\/program\.ts$/, priority: 2 },
            { name: 'compare', test: /\/src\/cli\/compare\.ts$/, priority: 1 },
          ],
        },
        paths: { [SERVICE]: '../main.js' },
      },
    },
  },
});
