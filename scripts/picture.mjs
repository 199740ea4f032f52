// `node scripts/picture.mjs`: makes docs/redline.png anew, the sample's redline as the page shows it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { ensureBuilt } from './lib/build.mjs';
import { withPalette } from './lib/palette.mjs';
import { productNode, root } from './lib/places.mjs';
import { say, script } from './lib/run.mjs';

const SIZE = { width: 1160, height: 640 };
/** A clause with a replaced figure, a moved clause and an inserted one. */
const CLAUSE = 'Insurance';
const MAX_BYTES = 150_000;

/** One sans-serif for the page's own words, the same on every machine that has the Liberation fonts. */
const FONTS = `<fontconfig><include>/etc/fonts/fonts.conf</include>
<selectfont><rejectfont><pattern><patelt name="family"><string>DejaVu Sans</string></patelt></pattern></rejectfont></selectfont>
<alias binding="strong"><family>sans-serif</family><prefer><family>Liberation Sans</family></prefer></alias></fontconfig>`;

async function startService(folder) {
  const env = { ...process.env, PORT: '0', REDLINE_DATA: join(folder, 'data'), REDLINE_LOG_LEVEL: 'error' };
  const child = spawn(productNode(), [join(root, 'dist/main.js')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout) {
    text += chunk;
    const url = /http:\S+/.exec(text)?.[0];
    if (url) return { child, url };
  }
  throw new Error('The service did not start.');
}

async function takePicture(url, folder) {
  const fonts = join(folder, 'fonts.conf');
  writeFileSync(fonts, FONTS);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run'],
    env: { ...process.env, FONTCONFIG_FILE: fonts },
  });
  try {
    const page = await browser.newPage({ viewport: SIZE, deviceScaleFactor: 1.5, reducedMotion: 'reduce' });
    await page.goto(url);
    await page.getByRole('button', { name: 'Try the sample' }).click();
    await page.locator('.paper article').waitFor();
    await page.locator('.change-place', { hasText: '12.1' }).first().click();
    const heading = page.locator('.paper h2', { hasText: CLAUSE }).first();
    await heading.evaluate((element) => scrollTo(0, scrollY + element.getBoundingClientRect().top - 90));
    await page.mouse.move(0, 0);
    mkdirSync(join(root, 'docs'), { recursive: true });
    const path = join(root, 'docs/redline.png');
    writeFileSync(path, withPalette(await pixelsOf(await page.screenshot(), browser)));
    return path;
  } finally {
    await browser.close();
  }
}

/** The browser decodes its own picture. */
async function pixelsOf(png, browser) {
  const page = await browser.newPage();
  const { width, height, base64 } = await page.evaluate(async (data) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const { data: pixels } = context.getImageData(0, 0, image.width, image.height);
    return { width: image.width, height: image.height, base64: new Uint8Array(pixels.buffer).toBase64() };
  }, png.toString('base64'));
  return { width, height, data: Buffer.from(base64, 'base64') };
}

await script(async () => {
  await ensureBuilt();
  const folder = mkdtempSync(join(tmpdir(), 'redline-picture-'));
  const { child, url } = await startService(folder);
  try {
    const path = await takePicture(url, folder);
    const { size } = statSync(path);
    say(`${path}: ${size} bytes`);
    return size <= MAX_BYTES ? 0 : 1;
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
    rmSync(folder, { recursive: true });
  }
});
