export { reportDocx } from './docx.ts';
