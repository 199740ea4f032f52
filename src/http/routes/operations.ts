import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { TRACKED } from '../../redline/index.ts';
import { verificationSchema } from '../schemas.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { jsonAnswer } from './answers.ts';
import { addChangeOperations } from './changes.ts';
import { addEditOperations } from './edit.ts';
import { addOperation } from './operation.ts';
import { RESULT_LIMITS } from './shared.ts';
import { addShowOperations } from './show.ts';

const verifyOptions = z.strictObject({
  tracked: z
    .enum(TRACKED)
    .default('accept')
    .openapi({ description: 'What the comparison did with tracked changes that its inputs held.' }),
});

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
    options: verifyOptions,
    optionsName: 'VerifyOptions',
    toOptions: ({ tracked }) => ({ limits: RESULT_LIMITS, tracked }),
    answers: [jsonAnswer('What was found.', verificationSchema)],
  });
  addChangeOperations(app, services);
  addShowOperations(app, services);
  addEditOperations(app, services);
}
