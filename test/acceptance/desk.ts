import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CliResult, json, redline } from '../support/cli.ts';
import { buildDocx, documentXml } from '../support/package.ts';
import { type Service, startService } from './service.ts';

/** A service, and a folder in which `redline documents` is run against it. */
export interface Desk {
  readonly service: Service;
  readonly folder: string;
  at(name: string): string;
  environment(server?: string): NodeJS.ProcessEnv;
  /** `redline documents …`. */
  run(args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<CliResult>;
  /** Writes a file and uploads it. */
  upload(name: string, bytes: Uint8Array, ...flags: readonly string[]): Promise<Kept>;
  /** Names of the files that remember uploads. */
  remembered(): readonly string[];
  close(): Promise<void>;
}

export interface Kept {
  readonly id: string;
  readonly name: string;
  readonly labels: readonly string[];
  readonly state: string;
  readonly etag: string;
  readonly owner: string;
  readonly current: { readonly number: number; readonly content: { readonly sha256: string } };
}

export const contract = (text: string): Uint8Array =>
  buildDocx({
    'word/document.xml': documentXml(`<w:p><w:r><w:t>${text}</w:t></w:r></w:p><w:sectPr/>`),
  });

/** @param given instead of a service of the usual settings. */
export async function openDesk(given?: Service): Promise<Desk> {
  const folder = mkdtempSync(join(tmpdir(), 'redline-cli-documents-'));
  const service = given ?? (await startService());
  const at = (name: string): string => join(folder, name);
  const environment = (server = service.url): NodeJS.ProcessEnv => ({
    PATH: process.env.PATH,
    REDLINE_SERVER: server,
    XDG_STATE_HOME: at('state'),
  });
  const run = (args: readonly string[], env = environment()): Promise<CliResult> =>
    redline(['documents', ...args], { cwd: folder, env });
  return {
    service,
    folder,
    at,
    environment,
    run,
    upload: async (name, bytes, ...flags) => {
      writeFileSync(at(name), bytes);
      const result = await run(['upload', name, '--json', ...flags]);
      const [document] = json<{ documents?: Kept[] }>(result).documents ?? [];
      if (document === undefined) throw new Error(result.stdout.toString());
      return document;
    },
    remembered: () => {
      try {
        return readdirSync(at('state/redline/uploads'));
      } catch {
        return [];
      }
    },
    close: async () => {
      await service.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
