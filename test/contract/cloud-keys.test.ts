import { KeyManagementServiceClient } from '@google-cloud/kms';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { CloudKeys } from '../../src/platform/gcp/index.ts';
import { type Fault, KmsServer } from '../services/kms-server.ts';
import { describeKeyService } from './key-service.ts';

// The client of this process asks no metadata server who it is.
process.env.METADATA_SERVER_DETECTION = 'none';
const server = await KmsServer.start();
const connect = () => {
  const sslCreds = credentials.createInsecure();
  return new KeyManagementServiceClient({ apiEndpoint: '127.0.0.1', port: server.port, sslCreds });
};
const [client, otherClient] = [connect(), connect()];
const open = (use: KeyManagementServiceClient, deadlineMs = 20_000) =>
  new CloudKeys({ client: use, keyRing: server.keyRing, deadlineMs });
afterAll(async () => {
  await Promise.all([client.close(), otherClient.close()]);
  server.stop();
});

describeKeyService('Cloud KMS', async () => {
  server.reset();
  return { keys: open(client), another: async () => open(otherClient), dispose: async () => {} };
});

describe('Cloud KMS', () => {
  const dataKey = new Uint8Array(32).fill(5);
  const context = new TextEncoder().encode('context');
  const keys = open(client);
  const hasty = open(client, 200);
  beforeEach(async () => {
    server.reset();
    await keys.create('acme');
    server.calls.length = 0;
  });
  const failing = (failure: string, more: object = {}) =>
    expect.objectContaining({ name: 'OutsideError', port: 'KeyService', failure, ...more });

  test('makes keys that can be brought back for a day', () => {
    expect(server.asked('acme')).toMatchObject({
      purpose: 'ENCRYPT_DECRYPT',
      versionTemplate: { algorithm: 'GOOGLE_SYMMETRIC_ENCRYPTION' },
      destroyScheduledDuration: { seconds: '86400' },
    });
  });

  const CALLS: [method: string, call: (through: CloudKeys) => Promise<unknown>, unanswered: string][] = [
    ['CreateCryptoKey', (through) => through.create('other'), 'unclear'],
    ['Encrypt', (through) => through.wrap('acme', dataKey, context), 'unavailable'],
    ['GetCryptoKey', (through) => through.primary('acme'), 'unavailable'],
    ['CreateCryptoKeyVersion', (through) => through.rotate('acme'), 'unclear'],
    ['UpdateCryptoKeyPrimaryVersion', (through) => through.rotate('acme'), 'unclear'],
    ['DestroyCryptoKeyVersion', (through) => through.destroy('acme', '1'), 'unclear'],
    ['GetKeyRing', (through) => through.probe(), 'unavailable'],
  ];
  const CODES: [name: string, fault: Fault, failure: string | null, more?: object][] = [
    ['PERMISSION_DENIED', { code: 7 }, 'refused'],
    ['UNAUTHENTICATED', { code: 16 }, 'refused'],
    ['NOT_FOUND', { code: 5 }, 'refused'],
    ['RESOURCE_EXHAUSTED', { code: 8 }, 'unavailable', { retryAfterMs: null }],
    ['RESOURCE_EXHAUSTED for 7 s', { code: 8, retryAfterS: 7 }, 'unavailable', { retryAfterMs: 7000 }],
    ['ABORTED', { code: 10 }, 'unavailable'],
    ['UNAVAILABLE', { code: 14 }, null],
    ['UNAVAILABLE when it was done', { code: 14, after: true }, null],
    ['INTERNAL', { code: 13 }, null],
    ['UNKNOWN', { code: 2 }, null],
    ['no answer', { hangs: true }, null],
  ];
  describe.each(CALLS)('%s', (method, call, unanswered) => {
    test.each(CODES)(
      'answered by %s is asked once and fails as it should',
      async (_, fault, failure, more) => {
        server.fail(method, fault, 5);
        await expect(call(fault.hangs === true ? hasty : keys)).rejects.toEqual(
          failing(failure ?? unanswered, more),
        );
        expect(server.calls.filter((name) => name === method)).toHaveLength(1);
      },
    );
  });

  test('says that Decrypt is unavailable where it does not answer', async () => {
    const wrapped = await keys.wrap('acme', dataKey, context);
    for (const fault of [{ code: 14 }, { hangs: true }, { code: 13 }]) {
      server.fail('Decrypt', fault);
      const through = 'hangs' in fault ? hasty : keys;
      await expect(through.unwrap('acme', wrapped, context)).rejects.toEqual(failing('unavailable'));
    }
  });

  test('repeats nothing that the service says', async () => {
    server.fail('Encrypt', { code: 7, message: 'Permission denied on projects/secret-project' });
    const error = await keys.wrap('acme', dataKey, context).catch((one: unknown) => one);
    expect((error as Error).message).not.toContain('secret-project');
  });

  test('is unavailable where nobody listens', async () => {
    const gone = await KmsServer.start();
    gone.stop();
    const sslCreds = credentials.createInsecure();
    const nobody = new KeyManagementServiceClient({ apiEndpoint: '127.0.0.1', port: gone.port, sslCreds });
    await expect(open(nobody).wrap('acme', dataKey, context)).rejects.toEqual(failing('unavailable'));
    await expect(open(nobody).rotate('acme')).rejects.toEqual(failing('unclear'));
    await nobody.close();
  });

  test('wraps and unwraps nothing with a version that is disabled, and does again when it is enabled', async () => {
    const wrapped = await keys.wrap('acme', dataKey, context);
    server.setState('acme', '1', 'DISABLED');
    await expect(keys.wrap('acme', dataKey, context)).rejects.toEqual(failing('refused'));
    await expect(keys.unwrap('acme', wrapped, context)).rejects.toEqual(failing('refused'));
    await expect(keys.primary('acme')).rejects.toEqual(failing('refused'));
    server.setState('acme', '1', 'ENABLED');
    expect(await keys.unwrap('acme', wrapped, context)).toEqual(dataKey);
  });

  test('unwraps again what a restored version wrapped', async () => {
    const wrapped = await keys.wrap('acme', dataKey, context);
    await keys.destroy('acme', '1');
    await expect(keys.unwrap('acme', wrapped, context)).rejects.toEqual(failing('refused'));
    const name = `${server.keyRing}/cryptoKeys/tenant-acme/cryptoKeyVersions/1`;
    await client.restoreCryptoKeyVersion({ name });
    server.setState('acme', '1', 'ENABLED');
    expect(await keys.unwrap('acme', wrapped, context)).toEqual(dataKey);
  });

  test('takes a version for destroyed only when it is', async () => {
    server.fail('DestroyCryptoKeyVersion', { code: 9 });
    await expect(keys.destroy('acme', '1')).rejects.toEqual(failing('refused'));
    expect(await keys.primary('acme')).toBe('1');
    server.setState('acme', '1', 'DESTROYED');
    await expect(keys.destroy('acme', '1')).resolves.toBeUndefined();
  });

  const flip = (field: string) => (message: Record<string, unknown>) => {
    const bytes = Buffer.from(message[field] as Uint8Array);
    bytes[3] = (bytes[3] ?? 0) ^ 1;
    message[field] = bytes;
  };
  const set = (field: string, value: unknown) => (message: Record<string, unknown>) => {
    message[field] = value;
  };
  const DAMAGE: [what: string, method: 'Encrypt' | 'Decrypt', fault: Fault][] = [
    ['the plaintext on its way there', 'Encrypt', { request: flip('plaintext') }],
    ['the context on its way there', 'Encrypt', { request: flip('additionalAuthenticatedData') }],
    ['the checksum of the plaintext lost', 'Encrypt', { request: set('plaintextCrc32c', null) }],
    [
      'the checksum of the context lost',
      'Encrypt',
      { request: set('additionalAuthenticatedDataCrc32c', null) },
    ],
    ['the ciphertext on its way back', 'Encrypt', { response: flip('ciphertext') }],
    ['the checksum of the ciphertext lost', 'Encrypt', { response: set('ciphertextCrc32c', null) }],
    ['the version of another key', 'Encrypt', { response: set('name', 'projects/x/cryptoKeyVersions/1') }],
    ['the ciphertext on its way there', 'Decrypt', { request: flip('ciphertext') }],
    ['the context on its way there', 'Decrypt', { request: flip('additionalAuthenticatedData') }],
    ['the plaintext on its way back', 'Decrypt', { response: flip('plaintext') }],
    ['the checksum of the plaintext lost', 'Decrypt', { response: set('plaintextCrc32c', null) }],
    [
      'the checksum of the plaintext changed',
      'Decrypt',
      { response: set('plaintextCrc32c', { value: '7' }) },
    ],
  ];
  describe.each(DAMAGE)('damage to %s (%s)', (_, method, fault) => {
    test.each([
      [1, 'is mended by another try'],
      [2, 'that stays is told'],
    ])('%d times %s', async (times) => {
      const wrapped = await keys.wrap('acme', dataKey, context);
      server.fail(method, fault, times);
      const again =
        method === 'Encrypt' ? keys.wrap('acme', dataKey, context) : keys.unwrap('acme', wrapped, context);
      if (times === 2) await expect(again).rejects.toEqual(failing('damaged'));
      else await expect(again).resolves.toBeDefined();
      const calls = server.calls.filter((name) => name === method).length;
      expect(calls).toBe(method === 'Encrypt' ? 3 : 2);
    });
  });
});
