import type { Context } from 'hono';
import type { StoredHead } from '../documents/index.ts';
import { viewRedline } from './redline-views.ts';
import type { HttpEnv } from './services.ts';

export function answerCreated(c: Context<HttpEnv>, stored: StoredHead) {
  const view = viewRedline(stored);
  return c.json(view, 201, { ETag: view.etag, 'Cache-Control': 'no-store', Location: view.links.self });
}

export function answerChanged(c: Context<HttpEnv>, stored: StoredHead) {
  const view = viewRedline(stored);
  return c.json(view, 200, { ETag: view.etag, 'Cache-Control': 'no-store' });
}
