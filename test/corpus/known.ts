import type { Opinion, Question } from './opinion.ts';

/** What LibreOffice 7.4 does otherwise; docs/libreoffice.md says how each was found. */
export const REASONS = {
  control: 'it does not track what comes or goes in a content control',
  crash: 'it crashes while it settles the changes; the redline opens, and so do both ends',
  frames: 'it makes of tables in frames what their layout suggests, now a table and now a box',
  headers: 'it does not track sections, nor changes in headers that pictures or boxes anchor in',
  joined: 'two insertions or deletions that meet at the end of a paragraph are one to it, mark included',
  moves: 'the input moves a control by itself, of which it loses one end',
  notes:
    'it finds notes by counting, and loses count where footnotes and endnotes alternate or notes come and go',
  protected: 'the document is protected, so it refuses to settle changes',
  textBox: 'it keeps the changes of a text box in a cell',
  unexplained: 'an inserted paragraph before a section break stays',
} as const;

type Reason = keyof typeof REASONS;
type Known = Partial<Readonly<Record<Question, readonly Reason[]>>>;

const own = (reason: Reason): Known => ({ rejected: [reason], accepted: [reason] });

/** By set and pair, for which questions and why. */
const KNOWN: Readonly<Record<string, Known>> = {
  'contracts/MU_oa-restrictive-covenant-utah_heavy': { rejected: ['joined'] },
  'contracts/RV_oa-board-consent-safe_12ac5d7_c5794ce': { accepted: ['headers'] },
  'contracts/SB_common-paper-pilot-agreement__software-license-agreement': {
    rejected: ['joined'],
    accepted: ['headers'],
  },
  'wml/RC-0100a_RC007-Endnotes-Before__RC007-Endnotes-After': { rejected: ['notes'] },
  'wml/WC-1710_WC034-Endnotes-Before__WC034-Endnotes-After3': { rejected: ['notes'] },
  'wml/WC-1720_WC034-Endnotes-After3__WC034-Endnotes-Before': { accepted: ['notes'] },
  'wml/WC-1900_WC048-Text-Box-in-Cell__WC048-Text-Box-in-Cell-Mod': { rejected: ['textBox'] },
  'wml/WC-2060_WC063-Footnote-Mod__WC063-Footnote': { accepted: ['notes'] },
  'rich/RI01_common-paper-cloud-service-agreement': { rejected: ['notes'], 'our rejecting': ['notes'] },
  'rich/RI02_common-paper-pilot-agreement': own('control'),
  'rich/RI03_common-paper-software-license-agreement': own('control'),
  'rich/RI04_common-paper-partnership-agreement': { ...own('notes'), 'our accepting': ['notes'] },
  'rich/RI05_common-paper-one-way-nda': {
    rejected: ['notes'],
    accepted: ['control', 'notes'],
    'our rejecting': ['notes'],
  },
  'rich/RI06_common-paper-letter-of-intent': {
    rejected: ['joined', 'notes'],
    accepted: ['notes'],
    'our accepting': ['notes'],
  },
  'rich/RI07_bt-dpa-md_6de0907_5767df4': { rejected: ['control'], accepted: ['control', 'notes'] },
  'rich/RI08_cp-csa-md_5fce9dc_396425a': { rejected: ['notes'] },
  'rich/RI09_cp-nda-md_570bded_fe922bb': { accepted: ['control', 'notes'], 'our accepting': ['notes'] },
  'rich/RI10_bt_Bonterms-DPA-Schedules-Examples': { accepted: ['notes'] },
  'rich/RI12_oa-founder-stock-repurchase-agreement': {
    rejected: ['control', 'notes'],
    accepted: ['control', 'notes'],
    'our accepting': ['notes'],
  },
  'rich/RI13_oa-restrictive-covenant-ohio': {
    rejected: ['control', 'notes'],
    accepted: ['control'],
    'our rejecting': ['notes'],
  },
  'rich/RI14_oa-restrictive-covenant-washington_70116b1_359de': { rejected: ['notes'] },
  'rich/RI15_oa-founder-separation-board-consent_2a195b0_359d': {
    rejected: ['control'],
    accepted: ['control', 'notes'],
    'our accepting': ['notes'],
  },
  'stress/lo_sdt-before-table': own('control'),
  'stress/lo_tdf75573_lostTable': { rejected: ['unexplained'] },
  'stress/oxpt_HC031-Complicated-Document': own('control'),
  'stress/oxpt_RA001-Tracked-Revisions-01': {
    ...own('frames'),
    'our rejecting': ['frames'],
    'our accepting': ['frames'],
  },
  'stress/oxpt_RA001-Tracked-Revisions-02': {
    ...own('frames'),
    'our rejecting': ['frames'],
    'our accepting': ['frames'],
  },
  'stress/oxpt_RP018-MoveFrom-MoveTo-CC': {
    ...own('moves'),
    'our rejecting': ['moves'],
    'our accepting': ['moves'],
  },
  'stress/oxsdk_Comment044': { accepted: ['crash'] },
  'stress/oxsdk_bookmark': {
    ...own('headers'),
    'our rejecting': ['headers'],
    'our accepting': ['headers'],
  },
  'stress/poi_60316': { accepted: ['control'] },
  'stress/poi_stress005': own('protected'),
  'stress/poi_stress008': own('protected'),
};

/** What speaks against a redline, a sentence each: it does not open though the inputs do, or differs for no known reason. */
export function unknownOf({ pair, fault, opensInputs, remarks }: Opinion): string[] {
  const name = `${pair.set}/${pair.name}`;
  if (fault !== null && opensInputs) return [`${name}: the redline does not open: ${fault}`];
  return differing(remarks)
    .filter((question) => KNOWN[name]?.[question] === undefined)
    .map((question) => `${name}: ${question}: ${remarks?.[question][0]}`);
}

/** How many questions each known reason answers. */
export function reasonsOf(opinions: readonly Opinion[]): [Reason, number][] {
  const all = opinions.flatMap(({ pair, remarks }) =>
    differing(remarks).flatMap((question) => KNOWN[`${pair.set}/${pair.name}`]?.[question] ?? []),
  );
  const reasons = Object.keys(REASONS) as Reason[];
  return reasons.map((reason) => [reason, all.filter((one) => one === reason).length]);
}

function differing(remarks: Opinion['remarks']): Question[] {
  return remarks === null ? [] : (Object.keys(remarks) as Question[]).filter((q) => remarks[q].length > 0);
}
