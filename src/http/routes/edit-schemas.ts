import { z } from '@hono/zod-openapi';

const MOST_TEXT = 20_000;
const MOST_POINTS = 1584;
const MOST_CELLS = 63;

const text = z.string().min(1).max(MOST_TEXT);
const optionalText = text.optional();
const id = z.string().min(1).max(200).optional();

const at = z
  .strictObject({
    quote: optionalText,
    prefix: optionalText,
    suffix: optionalText,
    paragraph: id,
    clause: id,
    change: id,
    story: z.enum(['body', 'header', 'footer', 'footnote', 'endnote', 'comment']).optional(),
    fuzzy: z.boolean().optional(),
  })
  .openapi('Anchor');
const side = z.enum(['before', 'after']);
const toggle = z.boolean().nullable().optional();
const points = z.number().min(-MOST_POINTS).max(MOST_POINTS).nullable().optional();
const space = z.number().min(0).max(MOST_POINTS).nullable().optional();
const style = z.string().min(1).max(255).nullable().optional();
const comment = z.string().min(1).max(40);

const textFormat = z.strictObject({
  bold: toggle,
  italic: toggle,
  underline: toggle,
  strike: toggle,
  smallCaps: toggle,
  allCaps: toggle,
  color: z
    .string()
    .regex(/^[0-9a-f]{6}$/i)
    .nullable()
    .optional(),
  highlight: z.string().min(3).max(11).nullable().optional(),
  size: z.number().min(1).max(1638).multipleOf(0.5).nullable().optional(),
  font: z.string().min(1).max(31).nullable().optional(),
  style,
});

const paragraphFormat = z.strictObject({
  align: z.enum(['left', 'center', 'right', 'both']).nullable().optional(),
  indentLeft: points,
  indentRight: points,
  indentFirst: points,
  spaceBefore: space,
  spaceAfter: space,
  keepNext: toggle,
  keepLines: toggle,
  pageBreakBefore: toggle,
  style,
  level: z.number().int().min(0).max(8).optional(),
});

const op = <Name extends string>(name: Name) => ({ op: z.literal(name) });

const commentEdits = [
  z.strictObject({ ...op('comment'), at, until: at.optional(), text }),
  z.strictObject({ ...op('reply'), comment, text }),
  z.strictObject({ ...op('resolve'), comment }),
  z.strictObject({ ...op('reopen'), comment }),
  z.strictObject({ ...op('deleteComment'), comment }),
] as const;

/** One edit that is about comments alone. */
export const commentEditSchema = z.discriminatedUnion('op', commentEdits).openapi('CommentEdit');

/** One edit, as `readEdits` of the engine reads it. */
export const editSchema = z
  .discriminatedUnion('op', [
    z.strictObject({ ...op('replace'), at, with: z.string().max(MOST_TEXT) }),
    z.strictObject({ ...op('insert'), at, side, text }),
    z.strictObject({ ...op('delete'), at }),
    z.strictObject({
      ...op('insertParagraph'),
      at,
      side,
      text: z.string().max(MOST_TEXT),
      style: z.string().min(1).max(255).optional(),
    }),
    z.strictObject({ ...op('deleteParagraph'), at }),
    z.strictObject({ ...op('moveParagraph'), at, to: at, side }),
    z.strictObject({ ...op('splitParagraph'), at, side }),
    z.strictObject({ ...op('mergeParagraph'), at }),
    z.strictObject({ ...op('formatText'), at, set: textFormat }),
    z.strictObject({ ...op('formatParagraph'), at, set: paragraphFormat }),
    z.strictObject({
      ...op('insertRow'),
      at,
      side,
      cells: z.array(z.string().max(MOST_TEXT)).max(MOST_CELLS).optional(),
    }),
    z.strictObject({ ...op('deleteRow'), at }),
    z.strictObject({ ...op('footnote'), at, text }),
    ...commentEdits,
  ])
  .openapi('Edit');
