import { crc32, deflateSync } from 'node:zlib';

// Small files of the kinds that are kept beside Word documents.

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');

function chunk(type: string, content: Uint8Array): Buffer {
  const whole = Buffer.alloc(content.length + 12);
  whole.writeUInt32BE(content.length, 0);
  whole.write(type, 4, 'latin1');
  whole.set(content, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, 8 + content.length)), 8 + content.length);
  return whole;
}

/** A grey PNG. */
export function png(width = 3, height = 2): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const rows = Buffer.alloc((width + 1) * height, 0x40);
  for (let y = 0; y < height; y += 1) rows[y * (width + 1)] = 0;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const pieces = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', new Uint8Array())];
  return Buffer.concat([signature, ...pieces]);
}

/** The segments of a JPEG; no decoder would like its scan. */
export function jpeg(width = 3, height = 2): Buffer {
  const segment = (marker: number, content: readonly number[]): number[] => [
    ...[0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 255],
    ...content,
  ];
  const frame = [8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0];
  return Buffer.from([
    ...[0xff, 0xd8],
    ...segment(0xe0, [...ascii('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    // A thumbnail in a segment ends an image of its own.
    ...segment(0xe1, [0xff, 0xd8, 0xff, 0xd9]),
    ...segment(0xc0, frame),
    ...segment(0xda, [1, 1, 0, 0, 0x3f, 0]),
    ...[0x12, 0xff, 0x00, 0x34, 0xff, 0xd9],
  ]);
}

export interface TiffShape {
  readonly little?: boolean;
  readonly big?: boolean;
  /** What the last directory names as the next one: 0, or the place of the directory of a number. */
  readonly loop?: number;
  /** Subfile type of each page. */
  readonly pages?: readonly number[];
}

/** A TIFF of one black pixel a page. */
export function tiff({ little = true, big = false, loop, pages = [0] }: TiffShape = {}): Buffer {
  const entry = big ? 20 : 12;
  const start = big ? 16 : 8;
  const length = (big ? 8 : 2) + 5 * entry + (big ? 8 : 4);
  const file = Buffer.alloc(start + pages.length * length + 1);
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const offset = (at: number, value: number): void =>
    big ? view.setBigUint64(at, BigInt(value), little) : view.setUint32(at, value, little);
  file.write(little ? 'II' : 'MM', 0, 'latin1');
  view.setUint16(2, big ? 43 : 42, little);
  if (big) view.setUint16(4, 8, little);
  offset(big ? 8 : 4, start);
  pages.forEach((subfileType, page) => {
    const at = start + page * length;
    if (big) view.setBigUint64(at, 5n, little);
    else view.setUint16(at, 5, little);
    const values = [254, subfileType, 256, 5, 257, 7, 273, file.length - 1, 279, 1];
    for (let n = 0; n < 5; n += 1) {
      const to = at + (big ? 8 : 2) + n * entry;
      view.setUint16(to, values[2 * n] ?? 0, little);
      view.setUint16(to + 2, 4, little);
      if (big) view.setBigUint64(to + 4, 1n, little);
      else view.setUint32(to + 4, 1, little);
      view.setUint32(to + (big ? 12 : 8), values[2 * n + 1] ?? 0, little);
    }
    const next = page + 1 < pages.length ? page + 1 : loop;
    offset(at + length - (big ? 8 : 4), next === undefined ? 0 : start + next * length);
  });
  return file;
}

/** Objects of a PDF with a tree of pages, as text by number from 1 on; two levels where there are more than ten. */
export function pdfObjects(pages: number): string[] {
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>', ''];
  const leaf = (parent: number): number => {
    objects.push(
      `<< /Type /Page /Parent ${parent} 0 R /Note (paren \\) and (nested) 9 0 obj) /X#41 <4142> >>`,
    );
    return objects.length;
  };
  const tree = (place: number, leaves: readonly number[], count: number): void => {
    objects[place - 1] =
      `<< /Type /Pages /Count ${count} /Kids [${leaves.map((number) => `${number} 0 R`).join(' ')}] >>`;
  };
  if (pages <= 10) {
    tree(
      2,
      Array.from({ length: pages }, () => leaf(2)),
      pages,
    );
    return objects;
  }
  const branches = Array.from({ length: Math.ceil(pages / 10) }, (_, n) => {
    objects.push('');
    const place = objects.length;
    const those = Math.min(10, pages - 10 * n);
    tree(
      place,
      Array.from({ length: those }, () => leaf(place)),
      those,
    );
    return place;
  });
  tree(2, branches, pages);
  return objects;
}

/** A PDF with a plain table of objects. */
export function pdf(pages = 1, objects: readonly string[] = pdfObjects(pages), before = ''): Buffer {
  let text = '%PDF-1.4\n%\xe2\xe3\xcf\xd3\n';
  const offsets = objects.map((object, n) => {
    const at = text.length;
    text += `${n + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const table = text.length;
  const entries = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`);
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries.join('')}`;
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
  return ascii(before + text);
}

/** A PDF whose objects are in one deflated container, and whose table is a stream with a predictor. */
export function packedPdf(pages = 1, objects: readonly string[] = pdfObjects(pages), trailer = ''): Buffer {
  const container = objects.length + 1;
  let inside = '';
  const places = objects.map((object, n) => {
    const at = inside.length;
    inside += n + 1 < objects.length ? `${object}\n` : object;
    return `${n + 1} ${at}`;
  });
  const head = `${places.join(' ')}\n`;
  const packed = deflateSync(ascii(head + inside));
  const start = ascii('%PDF-1.7\n');
  const stream = (number: number, dict: string, bytes: Buffer): Buffer =>
    Buffer.concat([
      ascii(`${number} 0 obj\n<< ${dict} /Length ${bytes.length} /Filter /FlateDecode >>\nstream\r\n`),
      bytes,
      ascii('\nendstream\nendobj\n'),
    ]);
  const first = stream(container, `/Type /ObjStm /N ${objects.length} /First ${head.length}`, packed);
  const table = start.length + first.length;
  const rows = [
    [0, 0, 0],
    ...objects.map((_, n) => [2, container, n]),
    [1, start.length, 0],
    [1, table, 0],
  ].map(([kind = 0, second = 0, third = 0]) => [kind, second >> 8, second & 255, third & 255]);
  const predicted = rows.flatMap((row, y) => [
    2,
    ...row.map((byte, x) => (byte - (rows[y - 1]?.[x] ?? 0)) & 255),
  ]);
  const dict = `/Type /XRef /Size ${rows.length} /W [1 2 1] /Root 1 0 R ${trailer} /DecodeParms << /Predictor 12 /Columns 4 >>`;
  const second = stream(container + 1, dict, deflateSync(Buffer.from(predicted)));
  return Buffer.concat([start, first, second, ascii(`startxref\n${table}\n%%EOF`)]);
}

/** A PDF with some text behind it, all of it ASCII: for tests that compare what is kept as text. */
export function textPdf(text: string): string {
  const shell = pdf(1)
    .toString('latin1')
    .replace(/^%[^\n]*[\x80-\xff]\n/m, '');
  return shell + text;
}
