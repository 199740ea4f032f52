import ts from 'typescript';

// The schemas of an OpenAPI document as TypeScript types, and what the compiler says about code that uses them.

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
}

/** The type of what a schema lets through, as far as types can say it; components are looked for in `Api`. */
export function typeOf(schema: Schema): string {
  const { allOf, anyOf, oneOf, ...rest } = schema;
  if (schema.$ref !== undefined) return `Api.${schema.$ref.split('/').at(-1)}`;
  if (allOf !== undefined) return allOf.map((one) => `(${typeOf(one)})`).join(' & ');
  const either = anyOf ?? oneOf;
  if (either !== undefined) return either.map((one) => `(${typeOf(one)})`).join(' | ');
  if (rest.enum !== undefined) return rest.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (rest.const !== undefined) return JSON.stringify(rest.const);
  const types = typeof rest.type === 'string' ? [rest.type] : (rest.type ?? []);
  return types.length === 0 ? 'unknown' : types.map((type) => `(${typeNamed(type, rest)})`).join(' | ');
}

function typeNamed(type: string, schema: Schema): string {
  switch (type) {
    case 'object':
      return objectType(schema);
    case 'array':
      return `readonly (${typeOf(schema.items ?? {})})[]`;
    case 'integer':
      return 'number';
    default:
      return type;
  }
}

function objectType({ properties, required = [], additionalProperties }: Schema): string {
  if (properties === undefined) {
    const values = typeof additionalProperties === 'object' ? typeOf(additionalProperties) : 'unknown';
    return `{ readonly [name: string]: ${values} }`;
  }
  const members = Object.entries(properties).map(([name, schema]) => {
    const optional = required.includes(name) ? '' : '?';
    return `readonly ${JSON.stringify(name)}${optional}: ${typeOf(schema)}`;
  });
  return `{ ${members.join('; ')} }`;
}

/** All components, as the namespace `Api`. */
export function declareComponents(schemas: Readonly<Record<string, Schema>>): string {
  const types = Object.entries(schemas).map(([name, schema]) => `  export type ${name} = ${typeOf(schema)};`);
  return `declare namespace Api {\n${types.join('\n')}\n}\n`;
}

/** What the compiler finds wrong with a file that is nowhere but here. @param path absolute, where it would be */
export function faultsIn(path: string, source: string): readonly string[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => name === path || fileExists(name);
  host.readFile = (name) => (name === path ? source : readFile(name));
  host.getSourceFile = (name, version, ...rest) =>
    name === path ? ts.createSourceFile(name, source, version) : getSourceFile(name, version, ...rest);
  const program = ts.createProgram([path], options, host);
  const lines = source.split('\n');
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const line = file?.fileName === path ? lines[file.getLineAndCharacterOfPosition(start).line] : undefined;
    return `${line ?? file?.fileName ?? ''}\n  ${ts.flattenDiagnosticMessageText(messageText, '\n  ')}`;
  });
}
