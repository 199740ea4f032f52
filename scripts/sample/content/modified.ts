import type { Revision } from '../edits.ts';
import { clause, heading, item, paragraph } from '../model.ts';

/** What the customer's lawyers sent back: the second draft, as a negotiated mark-up would have it. */
export const revision: Revision = {
  header: 'Services Agreement: Kestrel Harbour and Lanternfield. Second draft, 23 February 2026',
  notes: {
    invoices:
      'Invoices are sent by email to accounts@kestrelharbour.example, in PDF, quoting the purchase order.',
    'security-standard': 'ISO/IEC 27001:2022, or a standard that replaces it.',
  },
  edits: [
    // The cover and the definitions.
    {
      do: 'reword',
      at: 'cover-draft',
      from: 'Supplier’s first draft of 2 February',
      to: 'Customer’s comments of 23 February',
    },
    { do: 'reword', at: 'dated', from: '2 March', to: '16 March' },
    {
      do: 'reword',
      at: 'def-affiliate',
      from: 'more than half of the voting rights',
      to: 'fifty per cent (50%) or more of the voting rights',
    },
    { do: 'delete', at: ['def-change-freeze'] },
    { do: 'reword', at: 'def-charges', from: 'Charges:', to: '**Charges**:' },
    {
      do: 'insert',
      after: 'def-platform',
      blocks: [
        paragraph(
          'term',
          'def-incident',
          '**Security Incident**: any unauthorised or accidental access to, or loss, alteration or disclosure of, the Customer Data.',
        ),
      ],
    },
    // The services: a fixed programme, a sub-paragraph that becomes a clause of its own.
    { do: 'reword', at: 'services-provide', from: 'an experienced supplier', to: 'a leading supplier' },
    { do: 'reword', at: 'services-site', from: '; and', to: '.' },
    { do: 'reword', at: 'services-law', from: 'the Services;', to: 'the Services; and' },
    {
      do: 'reword',
      at: 'services-meet',
      from: 'meet the Service Levels.',
      to: 'The Supplier shall meet the Service Levels from each Go-Live Date.',
    },
    { do: 'relook', at: 'services-meet', look: 'clause' },
    {
      do: 'reword',
      at: 'services-plan',
      from: 'The dates are estimates unless that Part says that they are fixed.',
      to: 'Time is of the essence for every date that the Part marks as fixed; the Supplier shall tell the Customer at once if any other date is at risk.',
    },
    {
      do: 'reword',
      at: 'services-accept',
      from: 'for ten (10) Business Days',
      to: 'for twenty (20) Business Days',
    },
    { do: 'split', at: 'duties-relief', before: 'The dates affected', into: 'duties-relief-effect' },
    // The charges.
    { do: 'reword', at: 'charges-invoice', from: 'thirty (30) days', to: 'forty-five (45) days' },
    { do: 'merge', at: 'charges-dispute', next: 'charges-interest' },
    { do: 'reword', at: 'charges-dispute', from: 'four per cent (4%)', to: 'two per cent (2%)' },
    {
      do: 'reword',
      at: 'charges-expenses',
      from: 'if the Customer has agreed to them beforehand',
      to: 'if the Customer has approved them in writing beforehand',
    },
    { do: 'reword', at: 'charges-index', from: 'sixty (60) days’', to: 'ninety (90) days’' },
    {
      do: 'reword',
      at: 'charges-index',
      from: 'the preceding December',
      to: 'the preceding December, and never by more than three per cent (3%)',
    },
    // Property, confidentiality and data.
    {
      do: 'reword',
      at: 'property-supplier',
      from: 'in the Platform and in the Deliverables',
      to: 'in the Platform',
    },
    {
      do: 'insert',
      after: 'property-customer',
      blocks: [
        clause(
          'property-learning',
          'The Supplier shall not use the Customer Data to train a model of machine learning, or let anyone else do so, except a model that serves the Customer alone.',
        ),
      ],
    },
    { do: 'reword', at: 'confidentiality-end', from: 'three (3) years', to: 'five (5) years' },
    {
      do: 'reword',
      at: 'data-security',
      from: 'at rest;',
      to: 'at rest, and keep its certification to the agreed standard{note:security-standard} throughout the Term;',
    },
    { do: 'reword', at: 'data-breach', from: 'seventy-two (72) hours', to: 'twenty-four (24) hours' },
    {
      do: 'reword',
      at: 'data-breach',
      from: 'a breach of security that affects the Customer Data',
      to: 'a Security Incident',
    },
    // Warranties and liability.
    {
      do: 'reword',
      at: 'warranties-remedy',
      from: 'The Supplier does not promise that the Platform will be free from interruption or error.',
      to: 'If it has not done so within thirty (30) days of notice, the Customer may end this Agreement for the depot affected and recover the subscription paid for the time after that.',
    },
    {
      do: 'reword',
      at: 'liability-cap',
      from: 'one hundred per cent (100%)',
      to: 'one hundred and fifty per cent (150%)',
    },
    { do: 'reword', at: 'liability-cap', from: '£250,000', to: '£500,000' },
    {
      do: 'insert',
      after: 'liability-cap',
      blocks: [
        clause(
          'liability-super',
          'For breach of {clause:confidentiality} or {clause:data} the limit is £3,000,000 in each year of the Term, in place of the limit in {clause:liability-cap}.',
        ),
      ],
    },
    { do: 'reword', at: 'insurance-keep', from: '£2,000,000', to: '£3,000,000' },
    // The end: force majeure now stands before the term; a way out for convenience.
    { do: 'move', at: ['force-majeure', 'force-what', 'force-not', 'force-end'], after: 'insurance-keep' },
    { do: 'reword', at: 'force-end', from: 'sixty (60) days', to: 'thirty (30) days' },
    { do: 'reword', at: 'term-length', from: 'thirty-six (36) months', to: 'twenty-four (24) months' },
    {
      do: 'insert',
      after: 'term-levels',
      blocks: [
        heading('convenience', 'Ending without cause'),
        clause(
          'convenience-notice',
          'After the first twelve (12) months from the first Go-Live Date the Customer may end this Agreement for any depot, or as a whole, by:',
        ),
        item('convenience-period', 'one hundred and eighty (180) days’ written notice; and'),
        item('convenience-pay', 'payment of the subscription up to the end of that notice.'),
      ],
    },
    { do: 'delete', at: ['general-solicit'] },
    {
      do: 'reword',
      at: 'general-publicity',
      from: 'The Supplier may name',
      to: 'With the Customer’s prior written consent, the Supplier may name',
    },
    { do: 'move', at: ['general-entire'], after: 'general-waiver' },
    // The schedules.
    { do: 'reword', at: 'plan-training', from: 'thirty (30) planners', to: 'forty-five (45) planners' },
    { do: 'cell', of: 'stages', row: 4, column: 2, to: '30 September 2026 (fixed date)' },
    { do: 'cell', of: 'rate-table', row: 1, column: 2, to: '890' },
    {
      do: 'insert-row',
      of: 'rate-table',
      before: 3,
      cells: ['Security engineer', 'Reviews and penetration tests', '980'],
    },
    { do: 'cell', of: 'availability', row: 0, column: 1, to: '99.9% a month' },
    { do: 'cell', of: 'response', row: 0, column: 2, to: '15 minutes' },
    { do: 'reword', at: 'levels-credit', from: 'twenty per cent (20%)', to: 'thirty per cent (30%)' },
    { do: 'cell', of: 'processing', row: 4, column: 1, to: 'The operator of the data centres, and no other' },
  ],
};
