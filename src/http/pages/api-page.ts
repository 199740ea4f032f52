import { html } from 'hono/html';
import type { ApiDocument } from '../openapi.ts';
import { type Html, page } from './page.ts';

/** The parts of an OpenAPI document that the page shows. The generator's own types also allow references everywhere. */
interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly { name: string; in: string; required?: boolean }[];
  readonly requestBody?: { content: Readonly<Record<string, { schema?: unknown }>> };
  readonly responses: Readonly<
    Record<string, { description: string; content?: Readonly<Record<string, unknown>> }>
  >;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/**
 * The API's description for people, written from the same document that programs read.
 *
 * @param address where the service is, for the example.
 */
export function apiPage(document: ApiDocument, address: string): Html {
  const { title, description } = document.info;
  return page(
    'API',
    html`<h1>${title}</h1>
      <p>${description ?? ''}</p>
      <p>For programs: <a href="/openapi.json">OpenAPI 3.1</a>. What can go wrong: <a href="/problems">problems</a>.</p>
      <h3>The shortest way</h3>
      <pre><code>curl -F original=@before.docx -F modified=@after.docx -o redline.docx ${address}/v1/comparisons</code></pre>
      ${operations(document).map(operationSection)}
      <h2>Schemas</h2>
      ${Object.entries(document.components?.schemas ?? {}).map(schemaSection)}`,
  );
}

interface Listed {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

function operations(document: ApiDocument): Listed[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method] as Operation | undefined;
      return operation === undefined ? [] : [{ method, path, operation }];
    }),
  );
}

function operationSection({ method, path, operation }: Listed): Html {
  const responses = Object.entries(operation.responses).map(
    ([status, { description, content }]) =>
      html`<tr><td>${status}</td><td>${prose(description)}${mediaTypes(content)}</td></tr>`,
  );
  return html`<section>
    <h2><span class="method">${method}</span> <code>${path}</code></h2>
    <p>${operation.summary ?? ''}${operation.description === undefined ? '' : html`. <span class="soft">${prose(operation.description)}</span>`}</p>
    ${operation.requestBody === undefined ? '' : bodySection(operation.requestBody.content)}
    <table>
      <thead><tr><th>Status</th><th>Answer</th></tr></thead>
      <tbody>${responses}</tbody>
    </table>
  </section>`;
}

function mediaTypes(content: Readonly<Record<string, unknown>> | undefined): Html | string {
  const types = Object.keys(content ?? {});
  return types.length === 0 ? '' : html` <span class="soft">${types.join(', ')}</span>`;
}

function bodySection(content: Readonly<Record<string, { schema?: unknown }>>): Html[] {
  return Object.entries(content).map(
    ([type, { schema }]) =>
      html`<h3>Body: <code>${type}</code></h3><pre><code>${pretty(schema)}</code></pre>`,
  );
}

function schemaSection([name, schema]: [string, unknown]): Html {
  return html`<details><summary><code>${name}</code></summary><pre><code>${pretty(schema)}</code></pre></details>`;
}

/** Text with `code` in it. */
function prose(text: string): (Html | string)[] {
  return text.split('`').map((piece, at) => (at % 2 === 1 ? html`<code>${piece}</code>` : piece));
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? '';
}
