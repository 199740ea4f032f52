import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PrintableKind, Printed, Printer } from '../../jobs/index.ts';
import { runBounded } from './bounded-process.ts';

/** Programs that make PDFs, and what one document may cost. */
export interface PrinterOptions {
  /** Absolute path of LibreOffice, or null where there is none. */
  readonly office: string | null;
  /** Absolute path of Chromium, or null where there is none. */
  readonly browser: string | null;
  /** Milliseconds for one document. */
  readonly deadlineMs: number;
  /** MB of memory that the program and all it started may hold. */
  readonly memoryMb: number;
}

/** No proxy listens there: whatever a document asks the program to fetch fails. */
const NOWHERE = '127.0.0.1:9';

/** LibreOffice and Chromium as programs of this machine, each document in a process and a folder of its own. */
export function openProgramPrinter(options: PrinterOptions): Printer {
  return {
    prints: { docx: options.office !== null, html: options.browser !== null },
    print: (kind, document, signal) => print(kind, document, signal, options),
  };
}

async function print(
  kind: PrintableKind,
  document: Uint8Array,
  signal: AbortSignal,
  options: PrinterOptions,
): Promise<Printed> {
  const program = kind === 'docx' ? options.office : options.browser;
  if (program === null) return { failure: 'failed' };
  const folder = await mkdtemp(join(tmpdir(), 'redline-print-'));
  try {
    await chmod(folder, 0o700);
    const input = join(folder, kind === 'docx' ? 'document.docx' : 'document.html');
    await writeFile(input, document);
    const args = kind === 'docx' ? await officeArguments(folder, input) : browserArguments(folder, input);
    const { deadlineMs, memoryMb } = options;
    const end = await runBounded(program, args, {
      cwd: folder,
      env: environment(folder),
      deadlineMs,
      memoryMb,
      signal,
    });
    if (end !== 'done') return { failure: end };
    const pdf = await readFile(join(folder, 'document.pdf')).catch(() => null);
    return pdf === null || !isPdf(pdf) ? { failure: 'failed' } : { pdf: new Uint8Array(pdf) };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function isPdf(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 5)).toString('latin1') === '%PDF-';
}

/** Nothing of the service's own environment: it may hold secrets. */
function environment(folder: string): Record<string, string> {
  const proxy = `http://${NOWHERE}`;
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: folder,
    TMPDIR: folder,
    LANG: 'C.UTF-8',
    http_proxy: proxy,
    https_proxy: proxy,
    ftp_proxy: proxy,
    SAL_USE_VCLPLUGIN: 'svp',
  };
}

/** A profile that runs no macro, follows no link and asks no network. */
async function officeArguments(folder: string, input: string): Promise<string[]> {
  const profile = join(folder, 'profile');
  await mkdir(join(profile, 'user'), { recursive: true });
  await writeFile(join(profile, 'user', 'registrymodifications.xcu'), OFFICE_SETTINGS);
  return [
    `-env:UserInstallation=${pathToFileURL(profile).href}`,
    ...['--headless', '--norestore', '--nologo', '--nodefault', '--nolockcheck', '--nofirststartwizard'],
    ...['--convert-to', 'pdf:writer_pdf_Export', '--outdir', folder, input],
  ];
}

const item = (path: string, name: string, value: string | number | boolean): string =>
  `<item oor:path="/org.openoffice.${path}"><prop oor:name="${name}" oor:op="fuse"><value>${value}</value></prop></item>`;
/** As LibreOffice counts the ways to show a change (one number underlines what came and strikes what went), and `RRGGBB` as a number: the colours of a redline as a page. */
const ATTRIBUTES = { none: 0, underlineOrStrike: 3 } as const;
const COLOURS = { insertion: 0x0b5cad, deletion: 0xb3261e, formatting: 0x7a4d00 } as const;
const OFFICE_SETTINGS = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
${[
  item('Office.Common/Security/Scripting', 'MacroSecurityLevel', 3),
  item('Office.Common/Security/Scripting', 'DisableMacrosExecution', true),
  item('Office.Common/Security/Scripting', 'DisableActiveContent', true),
  item('Office.Common/Security/Scripting', 'BlockUntrustedRefererLinks', true),
  item('Office.Writer/Content/Update', 'Link', 2),
  // By default every author has a colour of his own, some of them hardly legible.
  ...(
    [
      ['Insert', ATTRIBUTES.underlineOrStrike, COLOURS.insertion],
      ['Delete', ATTRIBUTES.underlineOrStrike, COLOURS.deletion],
      ['ChangedAttribute', ATTRIBUTES.none, COLOURS.formatting],
    ] as const
  ).flatMap(([change, attribute, color]) => [
    item(`Office.Writer/Revision/TextDisplay/${change}`, 'Attribute', attribute),
    item(`Office.Writer/Revision/TextDisplay/${change}`, 'Color', color),
  ]),
  item('Inet/Settings', 'ooInetProxyType', 2),
  ...['HTTP', 'HTTPS', 'FTP'].flatMap((scheme) => [
    item('Inet/Settings', `ooInet${scheme}ProxyName`, NOWHERE.split(':')[0] ?? ''),
    item('Inet/Settings', `ooInet${scheme}ProxyPort`, Number(NOWHERE.split(':')[1])),
  ]),
].join('\n')}
</oor:items>
`;

function browserArguments(folder: string, input: string): string[] {
  return [
    '--headless',
    // The page holds no script and its policy allows none; containers seldom grant what the sandbox needs.
    '--no-sandbox',
    `--user-data-dir=${join(folder, 'profile')}`,
    `--proxy-server=${NOWHERE}`,
    '--proxy-bypass-list=<-loopback>',
    '--host-resolver-rules=MAP * ~NOTFOUND',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-extensions',
    '--no-first-run',
    '--no-pdf-header-footer',
    `--print-to-pdf=${join(folder, 'document.pdf')}`,
    pathToFileURL(input).href,
  ];
}
