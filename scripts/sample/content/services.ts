import { type Block, clause, heading, item, paragraph } from '../model.ts';

export const services: readonly Block[] = [
  heading('services', 'The Services'),
  clause(
    'services-provide',
    'The Supplier shall provide the Services from 1 April 2026 and throughout the Term, with the skill and care to be expected of an experienced supplier of similar services.',
  ),
  clause('services-shall', 'In providing the Services the Supplier shall:'),
  item('services-staff', 'use staff who are suitably trained, and enough of them;'),
  item('services-law', 'comply with all laws that apply to the Services;'),
  item(
    'services-site',
    'when at a depot, follow the safety and security rules that the Customer has made known to it; and',
  ),
  item('services-meet', 'meet the Service Levels.'),
  clause(
    'services-plan',
    'The Supplier shall carry out the set-up in the stages and by the dates shown in Part A of Schedule 1. The dates are estimates unless that Part says that they are fixed.',
  ),
  clause(
    'services-accept',
    'Each stage is complete when the Customer has confirmed in writing that the tests agreed for it have been passed. The Customer shall not withhold or delay that confirmation without good reason, and shall be taken to have given it if it uses the result of the stage in live operation for ten (10) Business Days.',
  ),
  clause(
    'services-freeze',
    'The Supplier shall not install a new release of the Platform for the Customer between 15 November and 5 January in any year, except to correct a fault that stops a depot from working.',
  ),
  heading('customer-duties', 'The Customer’s part'),
  clause('duties-lead', 'The Customer shall:'),
  item(
    'duties-access',
    'give the Supplier access to its depots, systems and staff as far as the Services reasonably require;',
  ),
  item(
    'duties-info',
    'provide information that is accurate and complete, in time for the Supplier to do its work;',
  ),
  item('duties-users', 'keep the accounts of its users secure, and close them when a user leaves; and'),
  item(
    'duties-lead-person',
    'name a project lead with authority to take day-to-day decisions on its behalf.',
  ),
  clause(
    'duties-relief',
    'If the Customer’s failure to do its part delays the Supplier, the Supplier shall say so promptly in writing. The dates affected move by the length of the delay, and the Supplier is not in breach to the extent that the failure caused it.',
  ),
  clause(
    'duties-use',
    'The Customer may let its Affiliates and carriers use the Platform for the purposes of its depots. It is responsible for what they do with it as for its own acts.',
  ),
  heading('changes', 'Changes'),
  clause(
    'changes-how',
    'Either party may ask for a change to the Services. Within ten (10) Business Days of a request the Supplier shall say in writing what the change would mean for the Charges, the dates and the Service Levels.',
  ),
  clause(
    'changes-agreed',
    'A change takes effect only when both parties have signed it. Until then the Supplier shall go on providing the Services as if no change had been asked for.',
  ),
];

export const charges: readonly Block[] = [
  heading('charges', 'Charges and payment'),
  clause(
    'charges-pay',
    'The Customer shall pay the Charges. Work charged by time is charged at the rates in Part A of Schedule 2 for the time actually spent, in units of a quarter of a day.',
  ),
  clause(
    'charges-subscription',
    'The subscription in Part B of Schedule 2 is payable for each depot from its Go-Live Date, quarterly in advance.',
  ),
  clause(
    'charges-invoice',
    'The Supplier shall invoice work charged by time monthly in arrear, with a statement of who worked on what and for how long.{note:invoices} The Customer shall pay each undisputed invoice within thirty (30) days of receiving it.',
  ),
  clause(
    'charges-expenses',
    'The Charges include all of the Supplier’s ordinary costs. Travel and overnight stays are charged at cost if the Customer has agreed to them beforehand. Receipts must be attached to the invoice.',
  ),
  clause(
    'charges-dispute',
    'If the Customer disputes part of an invoice in good faith it shall say why within ten (10) Business Days and pay the rest. The parties shall try to settle the dispute under {clause:disputes}.',
  ),
  clause(
    'charges-interest',
    'A party that pays late shall pay interest on the sum overdue at four per cent (4%) a year above the base rate of the Bank of England, from the due date until payment.',
  ),
  clause(
    'charges-index',
    'The Supplier may raise the rates and the subscription once in each year, from 1 April, on sixty (60) days’ written notice, by no more than the percentage by which the Consumer Prices Index rose over the twelve months to the preceding December.',
  ),
  paragraph(
    'tail',
    'charges-vat',
    'All sums are stated without value added tax, which the Customer shall pay in addition where it is due.',
  ),
];
