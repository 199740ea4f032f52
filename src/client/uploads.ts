import { ProblemError } from './problem.ts';
import { pause } from './retries.ts';
import { type FileSource, sendFile, type UploadPorts, type UploadProgress } from './send-file.ts';
import type { Service } from './service.ts';

/** A file that is in memory, or that the platform reads piece by piece (a `File`, or `openAsBlob` of `node:fs`). */
export function sourceOf(file: Blob, name: string): FileSource {
  return {
    name,
    size: file.size,
    read: async (start, end) => new Uint8Array(await file.slice(start, end).arrayBuffer()),
  };
}

/**
 * Sends a file in pieces, each of which is sent again where that may help.
 *
 * @param started id of an upload that was begun earlier; `onStarted` gives it.
 * @returns the id of the complete upload, for `keepUpload` or one side of a redline.
 * @throws {ProblemError} when the service refuses it, or is away for too long; `signal`'s reason when that ends it.
 */
export async function uploadFile(
  service: Service,
  file: FileSource,
  how: Partial<UploadProgress> & { readonly started?: string; readonly signal?: AbortSignal } = {},
): Promise<string> {
  const { started, signal = new AbortController().signal } = how;
  const { onStarted = () => {}, onProgress = () => {} } = how;
  return await sendFile(file, started, { onStarted, onProgress }, uploadPorts(service), signal);
}

/** What uploads need of the platform. */
export function uploadPorts(service: Service): UploadPorts {
  return {
    request: async ({ method, path, headers, body }, onSent, signal) => {
      const response = await service.send(path, { method, headers, body: body ?? null, signal });
      onSent(body?.length ?? 0);
      const text = await response.text();
      return { status: response.status, body: text, header: (name) => response.headers.get(name) };
    },
    digest: async (bytes) => {
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      return btoa(String.fromCharCode(...digest));
    },
    wait: async (problem, failures, signal) => {
      const ms = service.pauseMs(new ProblemError(problem), failures);
      if (ms === null) return false;
      await pause(ms, signal);
      return true;
    },
  };
}
