export { type ClamdAddress, ClamdScanner } from './clamd-scanner.ts';
