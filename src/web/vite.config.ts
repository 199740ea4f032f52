import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Everything becomes a file of its own: the service's content security policy allows nothing inline.
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react()],
  // Whoever builds, tests included, gets React as it is meant to be served.
  define: { 'process.env.NODE_ENV': JSON.stringify('production') },
  oxc: { jsx: { runtime: 'automatic', development: false } },
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
