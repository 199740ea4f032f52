import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { DEFAULT_LIMITS } from '../../redline/index.ts';
import { verificationSchema } from '../schemas.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { jsonAnswer, textAnswer } from './answers.ts';
import { addOperation } from './operation.ts';
import { HTML_HEADERS, RESULT_LIMITS } from './shared.ts';

/** Nothing to choose. */
const none = z.strictObject({});

/** The stateless siblings of comparisons: one row each. What they do is `OPERATIONS` of the room `jobs`. */
export function addOperationRoutes(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  addOperation(app, services, {
    path: '/v1/verifications',
    operation: 'verify',
    summary: 'Prove that a redline is exact',
    description:
      'Checks that rejecting every change of the redline gives the original and accepting every change gives the modified document.',
    fields: [
      { name: 'original', role: 'original', description: 'The earlier version, at most 50 MB.' },
      { name: 'modified', role: 'modified', description: 'The later version, at most 50 MB.' },
      { name: 'redline', role: 'redline', description: 'The document with tracked changes, at most 50 MB.' },
    ],
    options: none,
    optionsName: 'VerifyOptions',
    toOptions: () => ({ limits: RESULT_LIMITS }),
    answers: [jsonAnswer('What was found.', verificationSchema)],
  });
  addOperation(app, services, {
    path: '/v1/html',
    operation: 'page',
    summary: 'Show a document with tracked changes as a page',
    description:
      'One HTML page that stands alone: no script, nothing from elsewhere. Insertions are `ins`, deletions `del`; all that bears one `data-change` is one change.',
    fields: [{ name: 'document', role: 'document', description: 'Any Word document, at most 50 MB.' }],
    options: none,
    optionsName: 'HtmlOptions',
    toOptions: () => ({ limits: DEFAULT_LIMITS }),
    answers: [textAnswer('The page.', HTML_HEADERS, (html) => html)],
  });
}
