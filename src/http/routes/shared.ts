import { DEFAULT_LIMITS, type Limits } from '../../redline/index.ts';

/** The page comes from a document that anyone may have written: it may show, and nothing else. */
export const HTML_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': [
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'",
    "frame-ancestors 'self'; sandbox allow-same-origin",
  ].join('; '),
  'X-Frame-Options': 'SAMEORIGIN',
};

/** A redline holds the parts of two documents that were each within the limits. */
export const RESULT_LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  compressedBytes: 2 * DEFAULT_LIMITS.compressedBytes,
  uncompressedBytes: 2 * DEFAULT_LIMITS.uncompressedBytes,
  xmlPartBytes: 2 * DEFAULT_LIMITS.xmlPartBytes,
  entries: 2 * DEFAULT_LIMITS.entries,
};
