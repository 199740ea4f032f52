import { type Block, clause, heading, item, paragraph } from '../model.ts';

export const cover: readonly Block[] = [
  paragraph('title', 'cover-title', 'Services Agreement'),
  paragraph(
    'subtitle',
    'cover-subject',
    'for the scheduling and dispatch platform of the Marlow Quay depots',
  ),
  paragraph('centred', 'cover-between', 'between'),
  paragraph('subtitle', 'cover-customer', 'Kestrel Harbour Logistics Limited'),
  paragraph('centred', 'cover-and', 'and'),
  paragraph('subtitle', 'cover-supplier', 'Lanternfield Software Limited'),
  paragraph('centred', 'cover-draft', 'Supplier’s first draft of 2 February 2026'),
  paragraph('centred', 'cover-status', 'Subject to contract'),
];

export const opening: readonly Block[] = [
  paragraph('plain', 'dated', 'This Agreement is dated 2 March 2026 and is made between:'),
  paragraph(
    'party',
    'customer',
    '**Kestrel Harbour Logistics Limited**, a company registered in England and Wales under number 00417733, whose registered office is at 4 Marlow Quay, Wexcombe (the **Customer**); and',
  ),
  paragraph(
    'party',
    'supplier',
    '**Lanternfield Software Limited**, a company registered in England and Wales under number 00558812, whose registered office is at The Old Ropeworks, 19 Tanner Street, Aldmouth (the **Supplier**).',
  ),
  paragraph('plain', 'background', '**Background**'),
  paragraph(
    'recital',
    'recital-customer',
    'The Customer stores, sorts and forwards palletised freight at three depots and plans the work of its vehicles, docks and shifts by hand.',
  ),
  paragraph(
    'recital',
    'recital-supplier',
    'The Supplier develops and hosts software that plans dock and vehicle movements and has shown the Customer how it would serve the depots.',
  ),
  paragraph(
    'recital',
    'recital-agreed',
    'The Supplier has agreed to set up, host and support that software for the Customer on the terms of this Agreement.',
  ),
];

export const definitions: readonly Block[] = [
  heading('definitions', 'Definitions and interpretation'),
  clause('definitions-lead', 'In this Agreement the following words have the following meanings:'),
  paragraph(
    'term',
    'def-affiliate',
    '**Affiliate**: any company that controls, is controlled by or is under common control with a party, where control means holding more than half of the voting rights.',
  ),
  paragraph(
    'term',
    'def-business-day',
    '**Business Day**: a day other than a Saturday, a Sunday or a public holiday in England, between 9.00 am and 5.00 pm.',
  ),
  paragraph(
    'term',
    'def-change-freeze',
    '**Change Freeze**: the period from 15 November to 5 January in each year, during which the Customer’s depots run at peak volume.',
  ),
  paragraph(
    'term',
    'def-charges',
    'Charges: the sums payable by the Customer for the Services, worked out in accordance with {clause:charges} and Schedule 2.',
  ),
  paragraph(
    'term',
    'def-confidential',
    '**Confidential Information**: all information, in any form, that a party receives from the other in connection with this Agreement and that is marked confidential or that a reasonable person would take to be confidential.',
  ),
  paragraph(
    'term',
    'def-customer-data',
    '**Customer Data**: the data that the Customer, its staff or its carriers enter into the Platform, and the plans and reports that the Platform makes from them.',
  ),
  paragraph(
    'term',
    'def-data-protection',
    '**Data Protection Law**: the law on the processing of personal data that applies in the United Kingdom from time to time.{note:data-law}',
  ),
  paragraph(
    'term',
    'def-deliverables',
    '**Deliverables**: the documents, configurations, connectors and training materials that the Supplier makes for the Customer under this Agreement.',
  ),
  paragraph(
    'term',
    'def-go-live',
    '**Go-Live Date**: the date on which the Customer first uses the Platform to plan live movements at a depot.',
  ),
  paragraph(
    'term',
    'def-platform',
    '**Platform**: the hosted scheduling and dispatch software described in Schedule 1, with its updates.',
  ),
  paragraph(
    'term',
    'def-service-levels',
    '**Service Levels**: the levels of availability and response set out in Schedule 3.',
  ),
  paragraph(
    'term',
    'def-services',
    '**Services**: the set-up, hosting, support and training described in Schedule 1, and any further services agreed under {clause:changes}.',
  ),
  paragraph(
    'term',
    'def-term',
    '**Term**: the period during which this Agreement is in force under {clause:term}.',
  ),
  clause(
    'reading',
    'Headings are for convenience only. A reference to a law is to that law as amended or replaced. The words “including” and “in particular” do not limit the words before them.',
  ),
  clause(
    'precedence',
    'If the documents that make up this Agreement contradict one another, they prevail in this order:',
  ),
  item('precedence-clauses', 'the clauses of this Agreement;'),
  item('precedence-schedules', 'the Schedules, in their numerical order; and'),
  item('precedence-other', 'any other document to which this Agreement refers.'),
];
