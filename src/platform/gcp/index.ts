export { CloudKeys, type CloudKeysOptions } from './cloud-keys.ts';
