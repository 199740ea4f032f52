import { type Block, clause, heading, item } from '../model.ts';

export const term: readonly Block[] = [
  heading('term', 'Term and termination'),
  clause(
    'term-length',
    'This Agreement takes effect on its date and continues for an initial period of thirty-six (36) months from the first Go-Live Date. It then continues from year to year until a party ends it by at least ninety (90) days’ written notice that expires at the end of the initial period or of a later year.',
  ),
  clause('term-breach', 'Either party may end this Agreement at once by written notice if the other:'),
  item(
    'term-material',
    'commits a material breach and, where it can be put right, does not put it right within thirty (30) days of being asked to in writing;',
  ),
  item('term-unpaid', 'fails to pay an undisputed sum within sixty (60) days of its due date; or'),
  item(
    'term-insolvent',
    'cannot pay its debts as they fall due, enters into an arrangement with its creditors, or becomes subject to insolvency proceedings.',
  ),
  clause(
    'term-levels',
    'The Customer may end this Agreement by thirty (30) days’ written notice if the Platform’s availability is below the minimum in Schedule 3 in any three (3) months of a period of six (6) months.',
  ),
  heading('exit', 'What happens at the end'),
  clause(
    'exit-data',
    'For sixty (60) days after this Agreement ends the Supplier shall make the Customer Data available for download in a documented and commonly used format. It shall then delete the Customer Data and confirm in writing that it has done so.',
  ),
  clause(
    'exit-help',
    'At the Customer’s request the Supplier shall give reasonable help in moving the Services to the Customer or to a new supplier, at the rates in Part A of Schedule 2.',
  ),
  clause(
    'exit-survive',
    'Rights that have arisen before the end are not affected by it. {Clause:confidentiality}, {clause:liability} and {clause:indemnity}, and any other clause that by its nature is meant to, continue after the end.',
  ),
];

export const general: readonly Block[] = [
  heading('disputes', 'Disputes'),
  clause(
    'disputes-talk',
    'If a dispute arises, the project leads shall try in good faith to settle it. If they have not done so within ten (10) Business Days of a written request, a director of each party shall try. If the directors have not done so within a further ten (10) Business Days, either party may refer the dispute to mediation or go to court.',
  ),
  clause(
    'disputes-urgent',
    'This does not prevent a party from asking a court for an urgent order at any time.',
  ),
  heading('force-majeure', 'Events outside a party’s control'),
  clause(
    'force-what',
    'Neither party is in breach for a delay or failure caused by an event that it could not reasonably foresee or prevent, as long as it tells the other promptly and does what it reasonably can to limit the effect.',
  ),
  clause(
    'force-not',
    'A shortage of staff, the failure of a subcontractor and a lack of money are not such events in themselves.',
  ),
  clause(
    'force-end',
    'If the event lasts for more than sixty (60) days, either party may end this Agreement by fourteen (14) days’ written notice.',
  ),
  heading('general', 'General'),
  clause(
    'general-entire',
    'This Agreement is the entire agreement between the parties about its subject. Neither has relied on a statement that is not in it.',
  ),
  clause('general-vary', 'A variation is effective only if it is in writing and signed by both parties.'),
  clause(
    'general-assign',
    'Neither party may assign or subcontract its rights or duties without the other’s prior written consent, which shall not be unreasonably withheld or delayed.',
  ),
  clause(
    'general-solicit',
    'During the Term and for twelve (12) months after it, neither party shall offer employment to a member of the other’s staff who worked on the Services, except through a public advertisement.',
  ),
  clause(
    'general-publicity',
    'The Supplier may name the Customer as a customer and show its logo on [its website](https://www.lanternfield.example/customers).',
  ),
  clause(
    'general-notices',
    'A notice under this Agreement must be in writing and delivered by hand or by first-class post to the registered office of the other party, or sent by email to the address that it has given for the purpose. A notice sent by post takes effect on the second Business Day after posting.',
  ),
  clause('general-email', 'A notice sent by email takes effect at 9.00 am on the next Business Day.'),
  clause(
    'general-waiver',
    'A party that does not exercise a right at once has not given it up. If a provision is invalid, the rest of this Agreement remains in force.',
  ),
  clause(
    'general-third',
    'A person who is not a party has no right to enforce any term of this Agreement.{note:third-parties}',
  ),
  clause(
    'general-law',
    'This Agreement, and any dispute or claim that arises from it, is governed by the law of England and Wales. The courts of England and Wales have exclusive jurisdiction.',
  ),
];
