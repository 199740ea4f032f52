const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** Character data with its references resolved (XML 1.0 §4.1); `undefined` where one means nothing. */
export function decodeText(raw: string): string | undefined {
  if (!raw.includes('&')) return raw;
  let unknown = false;
  const text = raw.replace(/&([^;&]*);?/g, (whole, name: string) => {
    const value = whole.endsWith(';') ? reference(name) : undefined;
    unknown ||= value === undefined;
    return value ?? '';
  });
  return unknown ? undefined : text;
}

function reference(name: string): string | undefined {
  if (!name.startsWith('#')) return ENTITIES.get(name);
  const digits = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name);
  if (digits === null) return undefined;
  const code = digits[1] === undefined ? Number(digits[2]) : Number.parseInt(digits[1], 16);
  return isCharacter(code) ? String.fromCodePoint(code) : undefined;
}

/** `Char` of XML 1.0 §2.2. */
function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d;
  return code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML 1.0 §2.2 excludes.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** Does a text hold a character that XML 1.0 cannot? */
export function hasForbiddenCharacters(text: string): boolean {
  return FORBIDDEN.test(text);
}
