import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Everything becomes a file of its own: the service's content security policy allows nothing inline.
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react()],
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
