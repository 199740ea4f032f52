import type { Agreement, Block, Look, Notes, Paragraph } from './model.ts';

/** One thing that a negotiation does to an agreement. Every `at`, `of`, `after` and `into` is a block's identifier. */
export type Edit =
  /** Replaces text in a paragraph; it must occur exactly once. */
  | { readonly do: 'reword'; readonly at: string; readonly from: string; readonly to: string }
  | { readonly do: 'insert'; readonly after: string; readonly blocks: readonly Block[] }
  | { readonly do: 'delete'; readonly at: readonly string[] }
  /** Moves blocks, in their order, behind another. */
  | { readonly do: 'move'; readonly at: readonly string[]; readonly after: string }
  | { readonly do: 'relook'; readonly at: string; readonly look: Look }
  /** Ends the paragraph before `before` and gives what follows an identifier of its own. */
  | { readonly do: 'split'; readonly at: string; readonly before: string; readonly into: string }
  /** Joins a paragraph with the one that follows it. */
  | { readonly do: 'merge'; readonly at: string; readonly next: string }
  | {
      readonly do: 'insert-row';
      readonly of: string;
      readonly before: number;
      readonly cells: readonly string[];
    }
  | {
      readonly do: 'cell';
      readonly of: string;
      readonly row: number;
      readonly column: number;
      readonly to: string;
    };

/** What another version of an agreement changes. */
export interface Revision {
  readonly header: string;
  readonly edits: readonly Edit[];
  /** Footnotes that are new or read otherwise. */
  readonly notes: Notes;
}

/** The agreement as it reads after the revision. Throws when an edit does not find what it is about. */
export function revise(agreement: Agreement, revision: Revision): Agreement {
  const cover = [...agreement.cover];
  const body = [...agreement.body];
  for (const edit of revision.edits) apply(edit, edit.do === 'reword' && has(cover, edit.at) ? cover : body);
  return { header: revision.header, cover, body, notes: { ...agreement.notes, ...revision.notes } };
}

function apply(edit: Edit, blocks: Block[]): void {
  switch (edit.do) {
    case 'reword':
      change(blocks, edit.at, (old) => ({ ...old, text: replaceOnce(old, edit.from, edit.to) }));
      break;
    case 'relook':
      change(blocks, edit.at, (old) => ({ ...old, look: edit.look }));
      break;
    case 'insert':
      putAfter(blocks, edit.after, edit.blocks);
      break;
    case 'delete':
      take(blocks, edit.at);
      break;
    case 'move':
      putAfter(blocks, edit.after, take(blocks, edit.at));
      break;
    case 'split':
      split(blocks, edit.at, edit.before, edit.into);
      break;
    case 'merge': {
      const [next] = take(blocks, [edit.next]);
      change(blocks, edit.at, (old) => ({ ...old, text: `${old.text} ${paragraphOf(next).text}` }));
      break;
    }
    case 'insert-row':
    case 'cell':
      changeRows(blocks, edit);
  }
}

function putAfter(blocks: Block[], after: string, added: readonly Block[]): void {
  blocks.splice(indexOf(blocks, after) + 1, 0, ...added);
}

function changeRows(blocks: Block[], edit: Extract<Edit, { do: 'insert-row' | 'cell' }>): void {
  const index = indexOf(blocks, edit.of);
  const table = blocks[index];
  if (table?.kind !== 'table') throw new Error(`${edit.of} is not a table.`);
  const rows = table.rows.map((row) => [...row]);
  if (edit.do === 'insert-row') rows.splice(edit.before, 0, [...edit.cells]);
  else rows[edit.row]?.splice(edit.column, 1, edit.to);
  blocks[index] = { ...table, rows };
}

function split(blocks: Block[], at: string, before: string, into: string): void {
  const index = indexOf(blocks, at);
  const old = paragraphOf(blocks[index]);
  const cut = old.text.indexOf(before);
  if (cut < 1) throw new Error(`${at} does not say "${before}".`);
  const first = { ...old, text: old.text.slice(0, cut).trimEnd() };
  blocks.splice(index, 1, first, { ...old, id: into, text: old.text.slice(cut) });
}

function change(blocks: Block[], at: string, how: (old: Paragraph) => Paragraph): void {
  const index = indexOf(blocks, at);
  blocks[index] = how(paragraphOf(blocks[index]));
}

function take(blocks: Block[], ids: readonly string[]): Block[] {
  return ids.flatMap((id) => blocks.splice(indexOf(blocks, id), 1));
}

function has(blocks: readonly Block[], id: string): boolean {
  return blocks.some((block) => block.id === id);
}

function indexOf(blocks: readonly Block[], id: string): number {
  const index = blocks.findIndex((block) => block.id === id);
  if (index < 0) throw new Error(`There is no block ${id}.`);
  return index;
}

function paragraphOf(block: Block | undefined): Paragraph {
  if (block?.kind !== 'paragraph') throw new Error(`${block?.id} is not a paragraph.`);
  return block;
}

function replaceOnce({ id, text }: Paragraph, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`${id} does not say "${from}" exactly once.`);
  return text.replace(from, () => to);
}
