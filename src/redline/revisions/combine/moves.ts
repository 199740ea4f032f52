import { deletedText } from '../writer.ts';

const RANGE_MARK =
  /<w:move(?:From|To)Range(?:Start|End)\b[^<>]*(?:\/>|>\s*<\/w:move(?:From|To)Range(?:Start|End)>)/g;
const FROM = /<w:moveFrom((?:\s[^<>]*)?[^/<>]|)>([\s\S]*?)<\/w:moveFrom>/g;

/** Do all ranges of moves (§17.13.5.21–28) have both ends, and every move both its places? */
export function movesPair(texts: readonly string[]): boolean {
  const names = { From: new Map<string, number>(), To: new Map<string, number>() };
  for (const text of texts) {
    const open = new Set<string>();
    for (const [tag] of text.matchAll(RANGE_MARK)) {
      const kind = tag.startsWith('<w:moveFrom') ? 'From' : 'To';
      const id = `${kind} ${attributeOf(tag, 'id')}`;
      if (tag.includes('RangeEnd')) {
        if (!open.delete(id)) return false;
        continue;
      }
      open.add(id);
      const name = attributeOf(tag, 'name');
      names[kind].set(name, (names[kind].get(name) ?? 0) + 1);
    }
    if (open.size > 0) return false;
  }
  const once = [...names.From].every(([name, n]) => n === 1 && names.To.get(name) === 1);
  return once && names.From.size === names.To.size;
}

function attributeOf(tag: string, name: string): string {
  return new RegExp(`\\sw:${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
}

/** A text in which what moved is deleted at one place and inserted at the other. */
export function dissolveMoves(text: string): string {
  return text
    .replace(RANGE_MARK, '')
    .replace(FROM, (_, head: string, content: string) => `<w:del${head}>${deletedText(content)}</w:del>`)
    .replace(/<w:moveFrom(?=[\s/>])/g, '<w:del')
    .replace(/<(\/?)w:moveTo(?=[\s/>])/g, '<$1w:ins');
}

const CONTROL_RANGE =
  /<w:(customXml(?:Ins|Del|MoveFrom|MoveTo)Range)(Start|End)\b[^<>]*?\sw:id="([^"]*)"[^<>]*?(?:\/>|>\s*<\/w:\w+>)/g;

/** A text without ranges around tags of controls (§17.13.5.4–11) of which one end is missing. */
export function withoutLooseRanges(text: string): string {
  if (!text.includes('<w:customXml')) return text;
  const ends = new Map<string, number>();
  for (const [, name, , id] of text.matchAll(CONTROL_RANGE))
    ends.set(`${name} ${id}`, 1 + (ends.get(`${name} ${id}`) ?? 0));
  if ([...ends.values()].every((n) => n === 2)) return text;
  return text.replace(CONTROL_RANGE, (tag, name: string, _, id: string) =>
    ends.get(`${name} ${id}`) === 1 ? '' : tag,
  );
}
