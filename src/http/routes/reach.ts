import { z } from '@hono/zod-openapi';
import { isAddressRange, type Reach, SCOPES } from '../../access/index.ts';

/** What programs may reach: of keys and of service accounts, as it is asked for. */
export const reachFields = {
  scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
  documents: z
    .array(z.string().max(100))
    .min(1)
    .max(100)
    .nullable()
    .default(null)
    .openapi({ description: 'Nothing but these documents: no lists, no uploads, no new documents.' }),
  labels: z
    .array(z.string().min(1).max(50))
    .min(1)
    .max(20)
    .nullable()
    .default(null)
    .openapi({ description: 'Nothing but documents with one of these labels.' }),
  perMinute: z.number().int().min(1).max(6000).default(100),
  addresses: z
    .array(
      z.string().refine(isAddressRange, { error: 'must be an IP address or a range such as 192.0.2.0/24' }),
    )
    .min(1)
    .max(50)
    .nullable()
    .default(null)
    .openapi({ description: 'From where it may be used: IPv4 and IPv6, alone or as CIDR.' }),
};

/** What programs reach, as it is shown. */
export const shownReach = {
  scopes: z.array(z.enum(SCOPES)),
  documents: z.array(z.string()).nullable().openapi({ description: '`null`: all that its owner reaches.' }),
  labels: z.array(z.string()).nullable().openapi({ description: '`null`: whatever labels.' }),
  perMinute: z.number().int().openapi({ description: 'Requests; comparisons and uploads count five times.' }),
  addresses: z.array(z.string()).nullable(),
};

export function viewReach({ scopes, documents, labels, perMinute, addresses }: Reach) {
  return {
    ...{ scopes: [...scopes], perMinute },
    documents: documents === null ? null : [...documents],
    labels: labels === null ? null : [...labels],
    addresses: addresses === null ? null : [...addresses],
  };
}
