import { basename, join } from 'node:path';
import { defineConfig } from 'vite';

const root = join(import.meta.dirname, '../..');
const COMMAND = join(root, 'src/cli/index.ts');
const SERVICE = join(root, 'src/main.ts');

// The `redline` command in few files: a start loads what its verb needs, and waits for no hundreds of modules. Names and
// lines stay readable; `node --enable-source-maps` tells the places in the sources.
export default defineConfig({
  root,
  publicDir: false,
  ssr: { noExternal: ['commander'] },
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
        paths: { [SERVICE]: '../main.js' },
      },
    },
  },
});
