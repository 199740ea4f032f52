export { NodeWeb } from './node-web.ts';
