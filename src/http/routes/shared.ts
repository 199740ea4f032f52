export { RESULT_LIMITS } from '../../redline/index.ts';

/** The page comes from a document that anyone may have written: it may show, and nothing else. */
export const HTML_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': [
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'",
    "frame-ancestors 'self'; sandbox allow-same-origin",
  ].join('; '),
  'X-Frame-Options': 'SAMEORIGIN',
};

/** What a document is called that comes without a name. */
export const UNNAMED = 'Document';
