import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { openProgramPrinter } from '../../src/platform/embedded/index.ts';
import { buildDocx } from '../support/package.ts';
import { body, docx, ins, p, r } from '../support/redlines.ts';
import { describePrinter } from './printer.ts';

const { printer: found } = readConfig({}, process.env);
const programs = { office: found.office, browser: found.browser };
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const never = new AbortController().signal;
const documents = {
  ...(programs.office === null ? {} : { docx: docx(p(`${r('The fee is ten')}${ins(r(' pounds'))}`)) }),
  ...(programs.browser === null ? {} : { html: text('<!doctype html><p>The fee is ten pounds.') }),
};

/** Folders of printing, and processes that work in one. */
async function leftovers(): Promise<string[]> {
  const folders = readdirSync(tmpdir()).filter((name) => name.startsWith('redline-print-'));
  const processes = readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'latin1').includes('redline-print-');
    } catch {
      return false;
    }
  });
  return [...folders, ...processes];
}

// `npm test` installs the programs; who runs this suite alone may have none.
describe.skipIf(Object.keys(documents).length === 0)('with what is installed', () => {
  describePrinter('programs of this machine', () => ({
    printer: openProgramPrinter({ ...programs, deadlineMs: 60_000, memoryMb: 4096 }),
    documents,
    bounded: (deadlineMs, memoryMb) => openProgramPrinter({ ...programs, deadlineMs, memoryMb }),
    leftovers,
  }));

  test.each(['docx', 'html'] as const)('a %s that names a picture elsewhere asks nobody', async (kind) => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/spy.png`;
    const picture =
      '<w:r><w:drawing><wp:inline><wp:extent cx="900000" cy="900000"/><wp:docPr id="1" name="x"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:nvPicPr><pic:cNvPr id="1" name="x"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:link="spy"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="900000"/></a:xfrm><a:prstGeom prst="rect"/></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>';
    const spy =
      kind === 'docx' ? buildDocx(body(p(picture)), [['spy', 'image', url]]) : text(`<img src="${url}">`);
    if (documents[kind] !== undefined) {
      const printer = openProgramPrinter({ ...programs, deadlineMs: 60_000, memoryMb: 4096 });
      expect(await printer.print(kind, spy, never)).toHaveProperty('pdf');
    }
    server.close();
    expect(asked).toEqual([]);
  });
});

describe('programs that do not do as they should', () => {
  const folder = mkdtempSync(join(tmpdir(), 'redline-programs-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const script = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${content}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  test.each([
    ['fails', 'exit 3'],
    ['gives nothing', 'exit 0'],
    ['gives no PDF', 'echo hello > document.pdf'],
  ])('one that %s', async (name, content) => {
    const office = script(name.replaceAll(' ', '-'), content);
    const printer = openProgramPrinter({ office, browser: null, deadlineMs: 10_000, memoryMb: 1000 });
    expect(await printer.print('docx', text('x'), never)).toEqual({ failure: 'failed' });
    expect(await leftovers()).toEqual([]);
  });

  test('one that is not there', async () => {
    const office = join(folder, 'nothing');
    const printer = openProgramPrinter({ office, browser: null, deadlineMs: 10_000, memoryMb: 1000 });
    expect(await printer.print('docx', text('x'), never)).toEqual({ failure: 'failed' });
  });

  test('one that starts another and leaves it behind', async () => {
    const office = script('parent', 'sh -c "sleep 100; : redline-print-" & exit 1');
    const printer = openProgramPrinter({ office, browser: null, deadlineMs: 10_000, memoryMb: 1000 });
    await printer.print('docx', text('x'), never);
    await expect.poll(leftovers).toEqual([]);
  });

  test('nothing of the environment reaches them', async () => {
    const office = script(
      'tells',
      'env > "$HOME/../told-$$"; echo "%PDF-" > document.pdf; mv "$HOME"/../told-* "$0.env"',
    );
    process.env.REDLINE_SECRET_OF_TEST = 'secret';
    const printer = openProgramPrinter({ office, browser: null, deadlineMs: 10_000, memoryMb: 1000 });
    expect(await printer.print('docx', text('x'), never)).toHaveProperty('pdf');
    expect(readFileSync(`${office}.env`, 'utf8')).not.toContain('secret');
  });
});
