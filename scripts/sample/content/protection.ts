import { type Block, clause, heading, item } from '../model.ts';

export const property: readonly Block[] = [
  heading('property', 'Intellectual property'),
  clause(
    'property-supplier',
    'The Supplier and its licensors own all rights in the Platform and in the Deliverables. Nothing in this Agreement transfers them.',
  ),
  clause(
    'property-licence',
    'The Supplier grants to the Customer a non-exclusive right, for the Term, to use the Platform and the Deliverables for the business of its depots. The right extends to the Customer’s Affiliates and carriers under {clause:duties-use}.',
  ),
  clause(
    'property-customer',
    'The Customer owns the Customer Data. It grants to the Supplier the right to use the Customer Data for the sole purpose of providing the Services.',
  ),
  clause('property-not', 'The Customer shall not, and shall not let anyone else:'),
  item(
    'property-copy',
    'copy, alter or translate the Platform, except as the law allows in spite of this clause;',
  ),
  item('property-resell', 'rent out, resell or lend the Platform; or'),
  item('property-compete', 'use the Platform to build a product that competes with it.'),
];

export const confidentiality: readonly Block[] = [
  heading('confidentiality', 'Confidentiality'),
  clause(
    'confidentiality-keep',
    'Each party shall keep the other’s Confidential Information secret, use it only to perform or enforce this Agreement, and disclose it only to those of its staff, advisers and subcontractors who need it for that purpose and who are bound to keep it secret.',
  ),
  clause('confidentiality-not', 'This clause does not apply to information that:'),
  item('confidentiality-public', 'is or becomes public other than by a breach of this Agreement;'),
  item('confidentiality-known', 'the party that received it already knew, or worked out without it; or'),
  item('confidentiality-third', 'that party received from someone who was free to disclose it.'),
  clause(
    'confidentiality-law',
    'A party may disclose Confidential Information as far as the law, a court or a regulator requires. It shall tell the other party beforehand where it lawfully can.',
  ),
  clause(
    'confidentiality-end',
    'When this Agreement ends each party shall return or destroy the other’s Confidential Information within thirty (30) days, except for copies that the law obliges it to keep. This clause continues for three (3) years after the end of this Agreement.',
  ),
];

export const dataProtection: readonly Block[] = [
  heading('data', 'Data protection'),
  clause(
    'data-roles',
    'Each party shall comply with Data Protection Law. As far as the Supplier processes personal data in the Customer Data, it does so as processor on behalf of the Customer, for the purposes and the period described in Schedule 4.',
  ),
  clause('data-shall', 'The Supplier shall, in relation to that personal data:'),
  item('data-instructions', 'process it only on the Customer’s written instructions;'),
  item('data-people', 'make sure that everyone who has access to it is bound to keep it secret;'),
  item(
    'data-security',
    'protect it by appropriate technical and organisational measures, including encryption in transit and at rest;',
  ),
  item(
    'data-sub',
    'engage no other processor without the Customer’s prior written consent, and impose on each the duties of this clause;',
  ),
  item('data-rights', 'help the Customer to answer requests from the people whom the data is about; and'),
  item('data-return', 'delete or return it, as the Customer chooses, when the Services end.'),
  clause(
    'data-breach',
    'The Supplier shall notify the Customer without undue delay, and in any event within seventy-two (72) hours, after becoming aware of a breach of security that affects the Customer Data. The notice shall say what happened, whom it affects and what the Supplier is doing about it.',
  ),
  clause(
    'data-place',
    'The Supplier shall not move the Customer Data out of the United Kingdom without the Customer’s prior written consent.{note:hosting} The places of hosting are shown at [the Supplier’s trust page](https://trust.lanternfield.example/hosting).',
  ),
];
