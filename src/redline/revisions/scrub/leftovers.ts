import type { Package } from '../../ooxml/index.ts';
import type { ScrubLeftover, ScrubReport } from './options.ts';

/** A larger picture is not looked into. */
const MOST_PICTURE_BYTES = 16 * 1024 * 1024;
/** Of all pictures of a document. */
const MOST_PICTURES_BYTES = 128 * 1024 * 1024;

/** Fields whose result says who wrote, where or with what (§17.16.5). */
const FIELD =
  /(?:<w:instrText\b[^<>]*>|\sw:instr=")\s*(?:AUTHOR|LASTSAVEDBY|USERNAME|USERINITIALS|USERADDRESS|FILENAME|TEMPLATE|DOCPROPERTY|DOCVARIABLE|INFO|SAVEDATE|CREATEDATE|PRINTDATE|EDITTIME|REVNUM)\b/i;

type Leftover = ScrubReport['left'][number];

/** What may still say who wrote a document or when. @param parts  Word's own, whose fields are looked at */
export function leftovers(pkg: Package, parts: readonly string[]): Leftover[] {
  const found: Leftover[] = [];
  const note = (what: ScrubLeftover | undefined, part: string): void => {
    if (what !== undefined) found.push({ what, part });
  };
  for (const part of parts) if (FIELD.test(pkg.root(part).source)) note('author-field', part);
  let budget = MOST_PICTURES_BYTES;
  for (const { name, size } of pkg.entries) {
    const type = pkg.contentType(name);
    if (/vbaProject/.test(type)) note('macros', name);
    else if (/(?:^|\/)embeddings\//.test(name) && !name.endsWith('/')) note('embedded-file', name);
    else if (type.startsWith('image/')) {
      const isRead = size <= Math.min(MOST_PICTURE_BYTES, budget);
      if (isRead) budget -= size;
      note(isRead ? notesOf(pkg.bytes(name)) : 'picture-unread', name);
    }
  }
  return found;
}

/** Chunks of a PNG that hold what somebody wrote or when (W3C PNG §11.3). */
const PNG_NOTES = new Set(['tEXt', 'zTXt', 'iTXt', 'eXIf', 'tIME']);

function notesOf(picture: Uint8Array): ScrubLeftover | undefined {
  const view = new DataView(picture.buffer, picture.byteOffset, picture.byteLength);
  if (view.byteLength >= 8 && view.getUint32(0) === 0x89504e47)
    return hasPngNotes(view) ? 'picture-metadata' : undefined;
  if (view.byteLength >= 4 && view.getUint16(0) === 0xffd8)
    return hasJpegNotes(view) ? 'picture-metadata' : undefined;
  return 'picture-unread';
}

function hasPngNotes(view: DataView): boolean {
  for (let at = 8; at + 8 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const name = [4, 5, 6, 7].map((i) => String.fromCharCode(view.getUint8(at + i))).join('');
    if (PNG_NOTES.has(name)) return true;
  }
  return false;
}

/** Segments before the picture itself: Exif and XMP (APP1), Photoshop and IPTC (APP13), a comment (ITU-T T.81 annex B). */
const JPEG_NOTES = new Set([0xffe1, 0xffed, 0xfffe]);
const START_OF_SCAN = 0xffda;

function hasJpegNotes(view: DataView): boolean {
  for (let at = 2; at + 4 <= view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (JPEG_NOTES.has(marker)) return true;
    if (marker === START_OF_SCAN || marker < 0xff00) return false;
  }
  return false;
}
