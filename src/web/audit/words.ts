import type { EventFields } from '../../client/index.ts';

/** A type of event as words: `Content downloaded`. */
export function typeName(type: string): string {
  const words = type.replace(/[.-]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** By sign and word, so that nobody needs the colour. */
export const OUTCOMES: Readonly<Record<string, { readonly sign: string; readonly word: string }>> = {
  done: { sign: '✓', word: 'Done' },
  refused: { sign: '⊘', word: 'Refused' },
  failed: { sign: '✕', word: 'Failed' },
};

const KINDS: Readonly<Record<string, string>> = {
  operator: 'the operator',
  person: 'a person',
  key: 'a key',
  'service-account': 'a service account',
  link: 'a link',
  service: 'the service',
  nobody: 'nobody known',
};

export function kindOf({ actorKind }: Pick<EventFields, 'actorKind'>): string {
  return KINDS[actorKind] ?? actorKind;
}

/** An id short enough for a column; the whole one is told beside it. */
export function shortId(id: string): string {
  return id.length > 14 ? `${id.slice(0, 10)}…` : id;
}

const MOMENT = new Intl.DateTimeFormat('en-GB', {
  ...{ day: 'numeric', month: 'short', year: 'numeric' },
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
});

/** A moment to the second, where the browser is. */
export function secondOf(iso: string): string {
  return MOMENT.format(new Date(iso));
}
