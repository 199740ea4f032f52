import type { Codec } from './codec.ts';
import type { Certificate, Report } from './report.ts';

export const ENGINE_VERSION = '0.1.0';
export const CERTIFICATE_FORMAT = 'redline-certificate/1';

type Facts = Pick<Report, 'options' | 'sha256' | 'notCompared' | 'ignored' | 'verification'>;

export function certify(facts: Facts, codec: Codec): Certificate {
  const body = {
    format: CERTIFICATE_FORMAT,
    engine: ENGINE_VERSION,
    documents: facts.sha256,
    options: facts.options,
    outcome: facts.verification.outcome,
    ignored: facts.ignored.map(({ aspect }) => aspect),
    notCompared: facts.notCompared,
  } as const;
  return { ...body, digest: digestOf(body, codec) };
}

/** Digest of a certificate's content, its own digest left out. */
export function digestOf(certificate: object, codec: Codec): string {
  const { digest: _, ...body } = certificate as { digest?: unknown };
  return codec.sha256(codec.encodeUtf8(canonicalJson(body)));
}

/**
 * JSON without blanks and with the members of objects in the order of their names' UTF-16 units: RFC 8785 for values
 * that hold text, truth values, null and whole numbers.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
