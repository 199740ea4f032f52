import { afterAll, beforeAll, expect, test } from 'vitest';
import { BEN } from '../services/openid-provider.ts';
import type { Visitor } from '../support/visitor.ts';
import { type Ask, asking, file, word } from './kept.ts';
import { ended, LATER, placeOf } from './later.ts';
import { openPress, type Press } from './printing.ts';
import { openSignIn, type SignInStage } from './sign-in-stage.ts';

// Who gets a PDF that was made later.

let press: Press;
let stage: SignInStage;
let admin: Visitor;
let ben: Visitor;
beforeAll(async () => {
  press = await openPress();
  stage = await openSignIn({ REDLINE_OFFICE: press.path });
  [admin, ben] = [await stage.signedIn(), await stage.signedIn(BEN)];
});
afterAll(async () => {
  await stage.stop();
  await press.close();
});

/** Asks with a key of somebody that has these scopes. */
async function keyed(visitor: Visitor, scopes: readonly string[]): Promise<Ask> {
  const answer = await visitor.fetch('/v1/api-keys', { method: 'POST', json: { name: 'night', scopes } });
  const { key } = (await answer.json()) as { key: string };
  const ask = asking(() => stage.service);
  return (path, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${key}`);
    return ask(path, { ...init, headers });
  };
}

test('whoever may read the document has it printed, and nobody else gets the file', async () => {
  const writing = await keyed(ben, ['documents:read', 'documents:write']);
  const reading = await keyed(ben, ['documents:read']);
  const { body: document } = await writing('/v1/documents', { method: 'POST', body: file(word('Ours.')) });
  const done = await ended(reading, placeOf(await reading(`${document.links.self}/pdf`, { headers: LATER })));
  expect(done).toMatchObject({ state: 'succeeded', kind: 'pdf' });
  const { link } = done.result;
  expect((await reading(link)).headers.get('content-type')).toBe('application/pdf');

  // An administrator sees that there is such work, and not what came of it.
  expect((await admin.fetch(done.links.self)).status).toBe(200);
  expect((await admin.fetch(link)).status).toBe(404);
  const others = await keyed(admin, ['compare', 'documents:read']);
  expect((await others(link)).status).toBe(404);
  // No route of results knows its id.
  const comparing = await keyed(ben, ['compare']);
  for (const path of ['results', 'comparisons'])
    expect((await comparing(`/v1/${path}/${done.result.id}`)).status).toBe(404);

  const headers = { 'if-match': document.etag };
  expect((await writing(document.links.self, { method: 'DELETE', headers })).status).toBe(200);
  expect((await reading(link)).status).toBe(410);
});
