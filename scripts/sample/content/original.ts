import type { Agreement } from '../model.ts';
import { general, term } from './ending.ts';
import { liability, warranties } from './liability.ts';
import { cover, definitions, opening } from './opening.ts';
import { confidentiality, dataProtection, property } from './protection.ts';
import { schedules, signatures } from './schedules.ts';
import { charges, services } from './services.ts';

/** The supplier's first draft. The parties, the places and the agreement are invented. */
export const original: Agreement = {
  header: 'Services Agreement: Kestrel Harbour and Lanternfield. First draft, 2 February 2026',
  cover,
  body: [
    ...opening,
    ...definitions,
    ...services,
    ...charges,
    ...property,
    ...confidentiality,
    ...dataProtection,
    ...warranties,
    ...liability,
    ...term,
    ...general,
    ...signatures,
    ...schedules,
  ],
  notes: {
    'data-law': 'At the date of this Agreement, the UK GDPR and the Data Protection Act 2018.',
    invoices: 'Invoices are sent by email to the Customer’s accounts department, in PDF.',
    hosting: 'At the date of this Agreement, two data centres in London and one in Cardiff.',
    'third-parties': 'Whether under the Contracts (Rights of Third Parties) Act 1999 or otherwise.',
  },
};
