import {
  AlignmentType,
  type ILevelsOptions,
  type IParagraphStyleOptions,
  LevelFormat,
  LevelSuffix,
} from 'docx';
import type { Look } from './model.ts';

const indent = (left: number, hanging = 0) => ({ indent: { left, hanging } });
const space = (before: number, after: number) => ({ spacing: { before, after, line: 256 } });

const style = (
  id: string,
  name: string,
  paragraph: NonNullable<IParagraphStyleOptions['paragraph']>,
  run: IParagraphStyleOptions['run'] = {},
): IParagraphStyleOptions => ({ id, name, basedOn: 'Normal', next: id, quickFormat: true, paragraph, run });

export const STYLES: readonly IParagraphStyleOptions[] = [
  style(
    'ClauseHeading',
    'Clause Heading',
    { ...space(280, 120), keepNext: true, outlineLevel: 0 },
    { bold: true, size: 22 },
  ),
  style('Clause', 'Clause', space(0, 140)),
  style('ClauseItem', 'Clause Item', space(0, 100)),
  style('Definition', 'Definition', { ...space(0, 120), ...indent(720) }),
  style('Plain', 'Plain', space(0, 160)),
  style(
    'CoverTitle',
    'Cover Title',
    { ...space(3600, 240), alignment: AlignmentType.CENTER },
    { bold: true, size: 48 },
  ),
  style('CoverText', 'Cover Text', { ...space(120, 240), alignment: AlignmentType.CENTER }, { size: 24 }),
  style(
    'CoverParty',
    'Cover Party',
    { ...space(120, 240), alignment: AlignmentType.CENTER },
    { bold: true, size: 26 },
  ),
  style(
    'ScheduleHeading',
    'Schedule Heading',
    {
      ...space(360, 240),
      alignment: AlignmentType.CENTER,
      keepNext: true,
      outlineLevel: 0,
    },
    { bold: true, size: 26 },
  ),
  style(
    'SchedulePart',
    'Schedule Part',
    { ...space(240, 140), keepNext: true, outlineLevel: 1 },
    { bold: true, size: 22 },
  ),
  style('TableText', 'Table Text', { spacing: { before: 60, after: 60 } }, { size: 20 }),
];

const level = (
  at: number,
  format: ILevelsOptions['format'],
  text: string,
  left: number,
  hanging: number,
): ILevelsOptions => ({
  level: at,
  format: format ?? LevelFormat.DECIMAL,
  text,
  alignment: AlignmentType.LEFT,
  style: { paragraph: indent(left, hanging) },
});

/** The lists of the agreement: clauses, parties, recitals, schedules and what is numbered within them. */
export const LISTS = [
  {
    reference: 'clauses',
    levels: [
      level(0, LevelFormat.DECIMAL, '%1.', 720, 720),
      level(1, LevelFormat.DECIMAL, '%1.%2', 720, 720),
      level(2, LevelFormat.LOWER_LETTER, '(%3)', 1287, 567),
      level(3, LevelFormat.LOWER_ROMAN, '(%4)', 1854, 567),
    ],
  },
  { reference: 'parties', levels: [level(0, LevelFormat.DECIMAL, '(%1)', 720, 720)] },
  { reference: 'recitals', levels: [level(0, LevelFormat.UPPER_LETTER, '(%1)', 720, 720)] },
  {
    reference: 'schedules',
    levels: [
      {
        ...level(0, LevelFormat.DECIMAL, 'Schedule %1:', 0, 0),
        alignment: AlignmentType.CENTER,
        suffix: LevelSuffix.SPACE,
      },
      level(1, LevelFormat.DECIMAL, '%2.', 720, 720),
      level(2, LevelFormat.LOWER_LETTER, '(%3)', 1287, 567),
    ],
  },
];

/** The style of each look, and its list and level where it is numbered. */
export const LOOKS: Readonly<Record<Look, { style: string; list?: string; level?: number }>> = {
  heading: { style: 'ClauseHeading', list: 'clauses', level: 0 },
  clause: { style: 'Clause', list: 'clauses', level: 1 },
  item: { style: 'ClauseItem', list: 'clauses', level: 2 },
  subitem: { style: 'ClauseItem', list: 'clauses', level: 3 },
  term: { style: 'Definition' },
  tail: { style: 'Definition' },
  plain: { style: 'Plain' },
  title: { style: 'CoverTitle' },
  subtitle: { style: 'CoverParty' },
  centred: { style: 'CoverText' },
  party: { style: 'Clause', list: 'parties', level: 0 },
  recital: { style: 'Clause', list: 'recitals', level: 0 },
  schedule: { style: 'ScheduleHeading', list: 'schedules', level: 0 },
  part: { style: 'SchedulePart' },
  'schedule-clause': { style: 'Clause', list: 'schedules', level: 1 },
  'schedule-item': { style: 'ClauseItem', list: 'schedules', level: 2 },
};
