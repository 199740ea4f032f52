export { nodeCodec } from './codec.ts';
