import { CERTIFICATE_FORMAT, canonicalJson, digestOf, ENGINE_VERSION } from './certificate.ts';
import type { Codec } from './codec.ts';
import { compare } from './compare.ts';
import { RedlineError } from './errors.ts';
import { compareOptions, IGNORABLE, type Limits } from './options.ts';
import type { Certificate, Report, Verification } from './report.ts';
import { verify } from './verify/index.ts';

/** What of a certificate does not hold. */
export interface Mismatch {
  readonly about:
    | 'format'
    | 'digest'
    | 'original'
    | 'modified'
    | 'redline'
    | 'engine'
    | 'options'
    | 'outcome'
    | 'notCompared';
  readonly message: string;
}

export interface CertificateCheck {
  readonly valid: boolean;
  readonly mismatches: readonly Mismatch[];
  /** What verification found now; none where the certificate cannot be read. */
  readonly verification: Verification | undefined;
}

export interface Documents {
  readonly original: Uint8Array;
  readonly modified: Uint8Array;
  readonly redline: Uint8Array;
}

/**
 * Checks three documents against a certificate and nothing else: that it is whole, that it is about these files, that
 * they prove what it says, and that this engine makes the same redline of them under the options that it names.
 *
 * @param given  a certificate as read from JSON
 * @param limits  ceilings in the place of those that the certificate names: they change no redline
 * @throws {RedlineError} when `original` or `modified` cannot be read or passes a limit
 */
export function checkCertificate(
  given: unknown,
  documents: Documents,
  codec: Codec,
  limits: Limits,
): CertificateCheck {
  const certificate = readCertificate(given);
  if (typeof certificate === 'string') {
    const mismatches: Mismatch[] = [{ about: 'format', message: certificate }];
    return { valid: false, mismatches, verification: undefined };
  }
  const { original, modified, redline } = documents;
  const mismatches = [...statements(certificate, documents, codec)];
  const { ignore, tracked } = certificate.options;
  const verification = verify(original, modified, redline, codec, limits, ignore, tracked);
  if (!verification.exact)
    mismatches.push({ about: 'outcome', message: 'The documents do not prove the redline exact.' });
  else if (!same(verification.outcome, certificate.outcome))
    mismatches.push({ about: 'outcome', message: 'The outcome by story and level is another one.' });
  const aboutThese = !mismatches.some(({ about }) => about === 'original' || about === 'modified');
  if (aboutThese) mismatches.push(...reproduction(certificate, documents, codec, limits));
  return { valid: mismatches.length === 0, mismatches, verification };
}

/** What can be seen without comparing. */
function* statements(certificate: Certificate, documents: Documents, codec: Codec): Iterable<Mismatch> {
  if (digestOf(certificate, codec) !== certificate.digest)
    yield {
      about: 'digest',
      message: 'The certificate was changed after it was issued: its digest is another one.',
    };
  for (const role of ['original', 'modified', 'redline'] as const) {
    if (codec.sha256(documents[role]) !== certificate.documents[role])
      yield { about: role, message: `The ${role} is not the file that the certificate is about.` };
  }
  if (certificate.engine !== ENGINE_VERSION)
    yield {
      about: 'engine',
      message: `The redline was made by engine ${certificate.engine}; this is ${ENGINE_VERSION}.`,
    };
  const ignored = IGNORABLE.filter((aspect) => certificate.options.ignore[aspect]);
  if (!same(ignored, certificate.ignored))
    yield {
      about: 'options',
      message: 'What the options ignore is not what the certificate lists as ignored.',
    };
}

/** Compares once more under the certificate's options: the same input gives the same bytes. */
function reproduction(
  certificate: Certificate,
  { original, modified }: Documents,
  codec: Codec,
  limits: Limits,
): Mismatch[] {
  const found: Mismatch[] = [];
  const report = again(original, modified, { ...certificate.options, limits }, codec);
  if (report?.sha256.redline !== certificate.documents.redline)
    found.push({ about: 'options', message: 'A comparison under these options gives another redline.' });
  if (report !== undefined && !same(report.notCompared, certificate.notCompared))
    found.push({ about: 'notCompared', message: 'What could not be compared is another list.' });
  return found;
}

function again(
  original: Uint8Array,
  modified: Uint8Array,
  options: Certificate['options'],
  codec: Codec,
): Report | undefined {
  try {
    return compare(original, modified, options, codec).report;
  } catch (error) {
    if (error instanceof RedlineError && error.code === 'redline/not-exact') return undefined;
    throw error;
  }
}

function same(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string' && value.length <= 1000;
const isHash: Check = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const isFlag: Check = (value) => typeof value === 'boolean';
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
/** An object with these members and no others. */
const shape =
  (members: Readonly<Record<string, Check>>): Check =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const found = new Map(Object.entries(value));
    return (
      found.size === Object.keys(members).length &&
      Object.entries(members).every(([name, check]) => check(found.get(name)))
    );
  };

const MEMBERS: Readonly<Record<keyof Certificate, Check>> = {
  format: (value) => value === CERTIFICATE_FORMAT,
  engine: isText,
  documents: shape({ original: isHash, modified: isHash, redline: isHash }),
  options: (value) => typeof value === 'object' && value !== null,
  outcome: listOf(shape({ story: isText, text: isFlag, structure: isFlag, format: isFlag })),
  ignored: listOf((value) => IGNORABLE.some((aspect) => aspect === value)),
  notCompared: listOf(shape({ part: isText, reason: isText })),
  digest: isHash,
};

/** The certificate, or what keeps it from being one. */
function readCertificate(given: unknown): Certificate | string {
  if (typeof given !== 'object' || given === null) return 'This is no certificate.';
  const found = new Map(Object.entries(given));
  const stranger = [...found.keys()].find((name) => !Object.hasOwn(MEMBERS, name));
  if (stranger !== undefined) return `A certificate has no member "${stranger.slice(0, 40)}".`;
  const wrong = Object.entries(MEMBERS).find(([name, check]) => !check(found.get(name)));
  if (wrong) return `The member "${wrong[0]}" of the certificate is missing or malformed.`;
  const certificate = given as Certificate;
  try {
    const options = compareOptions(certificate.options);
    // Every option is named: a default may be another one tomorrow.
    if (!same(options, certificate.options)) return 'The certificate does not name every option.';
    return certificate;
  } catch (error) {
    if (error instanceof RedlineError) return error.message;
    throw error;
  }
}
