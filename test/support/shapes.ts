import fc from 'fast-check';

// JSON schemas of the API's description (OpenAPI 3.1): values that fit them, and whether a value does.

/** As much of JSON Schema as the description uses. */
export interface Shape {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Shape;
  readonly items?: Shape;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly allOf?: readonly Shape[];
}

export type Shapes = Readonly<Record<string, Shape>>;

const DEEPEST = 4;

function resolved(shape: Shape, shapes: Shapes): Shape {
  const name = shape.$ref?.replace('#/components/schemas/', '');
  return name === undefined ? shape : resolved(shapes[name] ?? {}, shapes);
}

/** Values that mostly fit; now and then something else stands where it does not belong. */
export function valuesOf(
  given: Shape,
  shapes: Shapes,
  texts: fc.Arbitrary<string>,
  depth = 0,
): fc.Arbitrary<unknown> {
  const shape = resolved(given, shapes);
  const fitting = fittingOf(shape, shapes, texts, depth);
  const junk = fc.oneof(
    texts,
    fc.constantFrom(null, true, -1, 1e308, [], {}, [[[[]]]]),
    fc.jsonValue({ maxDepth: 2 }),
  );
  return fc.oneof({ weight: 12, arbitrary: fitting }, { weight: 1, arbitrary: junk });
}

function fittingOf(
  shape: Shape,
  shapes: Shapes,
  texts: fc.Arbitrary<string>,
  depth: number,
): fc.Arbitrary<unknown> {
  const inner = (one: Shape) => valuesOf(one, shapes, texts, depth + 1);
  if (shape.enum !== undefined) return fc.constantFrom(...shape.enum);
  if (shape.const !== undefined) return fc.constant(shape.const);
  const either = shape.anyOf ?? shape.oneOf;
  if (either !== undefined) return fc.oneof(...either.map(inner));
  if (shape.allOf !== undefined) {
    const parts = shape.allOf.map((one) => fittingOf(resolved(one, shapes), shapes, texts, depth));
    return fc.tuple(...parts).map((all) => Object.assign({}, ...all.map((one) => one ?? {})));
  }
  const types = [shape.type ?? 'string'].flat();
  const [type = 'string'] = types.filter((one) => one !== 'null');
  const value = plainOf(type, shape, inner, texts, depth);
  return types.includes('null') ? fc.option(value, { freq: 4 }) : value;
}

function plainOf(
  type: string,
  shape: Shape,
  inner: (one: Shape) => fc.Arbitrary<unknown>,
  texts: fc.Arbitrary<string>,
  depth: number,
): fc.Arbitrary<unknown> {
  const { minimum = -1000, maximum = 100_000 } = shape;
  switch (type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: Math.max(minimum, -(2 ** 31)), max: Math.min(maximum, 2 ** 31 - 1) });
    case 'number':
      return fc.double({ min: minimum, max: maximum, noNaN: true });
    case 'array':
      if (depth >= DEEPEST) return fc.constant([]);
      return fc.array(inner(shape.items ?? {}), {
        minLength: Math.min(shape.minItems ?? 0, 2),
        maxLength: 3,
      });
    case 'object':
      if (depth >= DEEPEST) return fc.constant({});
      return fc.record(
        Object.fromEntries(Object.entries(shape.properties ?? {}).map(([name, one]) => [name, inner(one)])),
        { requiredKeys: [...(shape.required ?? [])].filter((name) => name in (shape.properties ?? {})) },
      );
    default:
      return texts;
  }
}

/** Where a value is not as its shape says, in words. */
export function faultsOf(value: unknown, given: Shape, shapes: Shapes, at = '$'): readonly string[] {
  const shape = resolved(given, shapes);
  const either = shape.anyOf ?? shape.oneOf;
  if (either !== undefined) {
    return either.some((one) => faultsOf(value, one, shapes, at).length === 0) ? [] : [`${at} fits none`];
  }
  const all = (shape.allOf ?? []).flatMap((one) => faultsOf(value, one, shapes, at));
  if (shape.enum !== undefined && !shape.enum.includes(value)) return [...all, `${at} is none of the list`];
  const types = shape.type === undefined ? [] : [shape.type].flat();
  if (types.length > 0 && !types.some((type) => isOf(value, type))) return [...all, `${at} is no ${types}`];
  return [...all, ...faultsBelow(value, shape, shapes, at)];
}

function faultsBelow(value: unknown, shape: Shape, shapes: Shapes, at: string): readonly string[] {
  if (Array.isArray(value)) {
    return value.flatMap((one, n) => faultsOf(one, shape.items ?? {}, shapes, `${at}[${n}]`));
  }
  if (typeof value !== 'object' || value === null) return [];
  const missing = (shape.required ?? []).filter((name) => !(name in value));
  const properties = shape.properties ?? {};
  return [
    ...missing.map((name) => `${at}.${name} is missing`),
    ...Object.entries(value).flatMap(([name, one]) => {
      const of = properties[name];
      if (of !== undefined) return faultsOf(one, of, shapes, `${at}.${name}`);
      return shape.additionalProperties === false ? [`${at}.${name} is not described`] : [];
    }),
  ];
}

function isOf(value: unknown, type: string): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}
