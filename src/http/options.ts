import type { z } from '@hono/zod-openapi';
import { RedlineError } from '../redline/index.ts';

/**
 * The form's field `options`, as the schema of the operation reads it.
 *
 * @param given as sent; `null` when it was not, which means every default.
 * @param place where it stands in what was sent, such as `items.3.options`; the field itself by default.
 * @throws {RedlineError} `options/invalid`, naming each option that cannot be used.
 */
export function parseOptions<Schema extends z.ZodType>(
  schema: Schema,
  given: string | null,
  place = '',
): z.output<Schema> {
  const parsed = schema.safeParse(given === null ? {} : parseJson(given));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) =>
    [[place, ...issue.path].filter((part) => part !== '').join('.'), issue.message]
      .filter(Boolean)
      .join(': '),
  );
  throw new RedlineError('options/invalid', `The options cannot be used. ${faults.join('; ')}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RedlineError('options/invalid', 'The options are not JSON.');
  }
}

/** The moment of a request as `w:date` says it: ISO 8601 in UTC, to the second. */
export function wordDate(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`;
}
