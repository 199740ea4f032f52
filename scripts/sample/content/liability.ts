import { type Block, clause, heading, item } from '../model.ts';

export const warranties: readonly Block[] = [
  heading('warranties', 'Warranties'),
  clause(
    'warranties-both',
    'Each party warrants that it has the power and authority to enter into this Agreement.',
  ),
  clause('warranties-supplier', 'The Supplier warrants that:'),
  item(
    'warranties-perform',
    'the Platform will do in all material respects what Schedule 1 says that it does;',
  ),
  item(
    'warranties-rights',
    'the use of the Platform and the Deliverables as this Agreement permits will not infringe the rights of any third party; and',
  ),
  item(
    'warranties-malware',
    'it has taken the precautions usual in the trade against viruses and other harmful code.',
  ),
  clause(
    'warranties-remedy',
    'If the Platform does not conform to {clause:warranties-perform}, the Supplier shall correct it at its own cost. The Supplier does not promise that the Platform will be free from interruption or error.',
  ),
  clause(
    'warranties-only',
    'The terms of this Agreement take the place of all warranties and conditions that the law would otherwise imply, as far as the law allows.',
  ),
];

export const liability: readonly Block[] = [
  heading('liability', 'Limits of liability'),
  clause('liability-never', 'Nothing in this Agreement limits or excludes a party’s liability for:'),
  item('liability-death', 'death or personal injury caused by its negligence;'),
  item('liability-fraud', 'fraud or fraudulent misrepresentation; or'),
  item('liability-other', 'anything else for which the law does not allow liability to be limited.'),
  clause(
    'liability-indirect',
    'Subject to {clause:liability-never}, neither party is liable to the other for loss of profit, loss of goodwill or any indirect or consequential loss.',
  ),
  clause(
    'liability-cap',
    'Subject to {clause:liability-never}, the total liability of each party to the other in each year of the Term, whether in contract, tort (including negligence) or otherwise, shall not exceed one hundred per cent (100%) of the Charges paid and payable in that year, or £250,000 if that is greater.',
  ),
  clause(
    'liability-charges',
    'The limit in {clause:liability-cap} does not apply to the Customer’s duty to pay the Charges. Sums paid or credited under Schedule 3 count towards the Supplier’s limit.',
  ),
  heading('indemnity', 'Indemnity'),
  clause(
    'indemnity-supplier',
    'The Supplier shall indemnify the Customer against all damages, costs and expenses that a court awards, or that the Supplier agrees in settlement, because of a claim that the use of the Platform as this Agreement permits infringes the intellectual property rights of a third party.',
  ),
  clause('indemnity-conditions', 'The indemnity applies on condition that the Customer:'),
  item('indemnity-tell', 'tells the Supplier of the claim promptly;'),
  item('indemnity-admit', 'admits nothing without the Supplier’s consent; and'),
  item(
    'indemnity-control',
    'lets the Supplier conduct the defence, and gives it reasonable help at the Supplier’s cost.',
  ),
  clause(
    'indemnity-fix',
    'If such a claim is made or is likely, the Supplier may obtain the right for the Customer to go on using the Platform, or change it so that it no longer infringes. If neither is reasonably possible, either party may end this Agreement by written notice, and the Supplier shall refund the subscription for the time after it ends.',
  ),
  heading('insurance', 'Insurance'),
  clause(
    'insurance-keep',
    'The Supplier shall keep in force, with insurers of good standing, professional indemnity insurance of at least £2,000,000 and public liability insurance of at least £5,000,000 for each claim, throughout the Term and for twelve (12) months after it. It shall show the Customer evidence of cover on request.',
  ),
];
