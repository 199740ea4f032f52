import { randomUUID } from 'node:crypto';
import { OAuth2Client } from 'google-auth-library';
import { StorageCalls } from '../../src/platform/gcp/index.ts';

/** The real client, with a token that nobody asks for. */
export function callsTo(endpoint: string, deadlineMs = 10_000): StorageCalls {
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: 'none', expiry_date: Date.now() + 86_400_000 });
  return new StorageCalls({ endpoint, authClient, projectId: 'test', deadlineMs });
}

/** A new bucket that keeps versions. @param facts fields of the bucket resource. */
export async function newBucket(endpoint: string, facts: object = {}): Promise<string> {
  const name = `b-${randomUUID()}`;
  await callsTo(endpoint).client.createBucket(name, { versioning: { enabled: true }, ...facts });
  return name;
}
