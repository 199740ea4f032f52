/** What shows a document as a page, by itself, so that only who asks for one loads it. */
export { renderPage } from '../redline/index.ts';
