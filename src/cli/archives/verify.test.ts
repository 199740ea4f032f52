import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type AuditEvent, hashOf } from '../../audit/index.ts';
import { run } from '../program.ts';

// Archives whose list, manifest and signature are right, made by somebody who may not have been the installation.

const folder = mkdtempSync(join(tmpdir(), 'redline-archive-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
const line = (value: object): string => `${JSON.stringify(value)}\n`;

function newKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const published = {
    ...{ id: sha256(der).slice(0, 32), publicKey: der.toString('base64') },
    ...{ at: '2026-11-22T00:00:00.000Z', by: null },
  };
  return { published, privateKey };
}

const owner = newKey();
const stranger = newKey();

function event(sequence: number, actor = 'p_ann'): AuditEvent {
  const fields = { sequence, tenant: 'acme', actor, previous: '0'.repeat(64) } as unknown as AuditEvent;
  return { ...fields, hash: hashOf(fields) };
}

interface Made {
  readonly events?: readonly object[];
  readonly keys?: string;
  readonly signer?: typeof owner | null;
  /** That the manifest speaks of. */
  readonly count?: number;
}

/** An archive of one person's. @returns its path. */
function archive({
  events = [event(1), event(4)],
  keys,
  signer = owner,
  count = events.length,
}: Made): string {
  const facts = {
    ...{ format: 1, id: `x_${'1'.repeat(32)}`, tenant: 'acme', at: '2026-11-22T00:00:00.000Z', by: 'p_ann' },
    scope: { kind: 'person', subject: 'person:p_ann', actor: 'p_ann' },
  };
  const listed: [string, string][] = [
    ['archive.json', line(facts)],
    ['audit/events-000000000001.jsonl', events.map(line).join('')],
    ['audit/keys.jsonl', keys ?? line(owner.published)],
  ];
  const list = listed
    .map(([name, text]) => line({ name, size: Buffer.byteLength(text), sha256: sha256(text) }))
    .join('');
  const none = { documents: 0, redlines: 0, versions: 0, bytes: 0 };
  const counts = { ...none, events: count, files: listed.length };
  const manifest = line({ ...facts, counts, files: sha256(list) });
  const all: [string, string][] = [...listed, ['files.jsonl', list], ['manifest.json', manifest]];
  if (signer !== null) {
    const { id: key, publicKey } = signer.published;
    const signature = sign(null, Buffer.from(manifest), signer.privateKey).toString('base64');
    all.push(['signature.json', line({ algorithm: 'Ed25519', key, publicKey, signature })]);
  }
  const path = join(folder, 'archive.tar');
  writeFileSync(path, Buffer.concat([...all.map(([name, text]) => entry(name, text)), Buffer.alloc(1024)]));
  return path;
}

function entry(name: string, text: string): Buffer {
  const body = Buffer.from(text);
  const header = Buffer.alloc(512);
  header.write(name);
  header.write(body.length.toString(8).padStart(11, '0'), 124);
  header.write(' '.repeat(8), 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

async function verify(path: string, ...flags: string[]): Promise<readonly [number, string]> {
  let text = '';
  const sink = {
    write: (data: string | Uint8Array, done: () => void): void => {
      text += data.toString();
      done();
    },
  };
  const io = { stdin: process.stdin, stdout: sink, stderr: sink, today: () => new Date() };
  const code = await run(['archive', 'verify', path, ...flags], io);
  return [code, text];
}

describe('an archive that hangs together', () => {
  test('is sound when the key that signed it is one of the installation', async () => {
    expect(await verify(archive({}))).toEqual([
      0,
      expect.stringMatching(/^sound: what p_ann owns in acme, .*\n.*\n2 events, untouched; no checkpoint/),
    ]);
  });

  const { at: _, ...noTime } = owner.published;
  test.each<[string, Made, RegExp]>([
    ['signed by nobody', { signer: null }, /nobody signed it/],
    ['signed by a stranger', { signer: stranger }, /not vouched for/],
    [
      'with a second first key',
      { keys: line(owner.published) + line(stranger.published) },
      /not vouched for/,
    ],
    ['without keys', { keys: '' }, /not vouched for/],
    [
      'with an event that was changed',
      { events: [event(1), { ...event(2), actor: 'p_ben' }] },
      /event 2 .*changed/,
    ],
    ['with an event twice', { events: [event(2), event(2)] }, /event 2 .*: reordered/],
    ['with fewer events than it says', { count: 3 }, /not as many events/],
    ['with an event that is none', { events: [[]] }, /not as this release knows it/],
    [
      'with an event that cannot be written',
      { events: [{ ...event(1), actor: '\ud800' }] },
      /not as this release/,
    ],
    ['with a key that is none', { keys: line(noTime) }, /not as this release knows it/],
  ])('is not when it is %s', async (_name, made, fault) => {
    expect(await verify(archive(made))).toEqual([1, expect.stringMatching(fault)]);
  });

  test('is not when the first key is another one than was noted', async () => {
    const own = archive({ signer: stranger, keys: line(stranger.published) });
    expect((await verify(own))[0]).toBe(0);
    expect(await verify(own, '--trust', owner.published.id)).toEqual([
      1,
      expect.stringMatching(/not vouched for/),
    ]);
  });
});
