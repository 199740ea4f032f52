import * as client from '../../src/client/index.ts';

// Which function of the client asks which operation of the API.

/** One call, and what it must ask for. */
export interface Row {
  /** As the OpenAPI document writes it: `get /v1/me`. */
  readonly operation: string;
  readonly name: keyof typeof client;
  readonly call: (service: client.Service) => Promise<unknown>;
  /** The member of the answer that the function gives back. */
  readonly member?: string;
  /** It has it done later, and gives back the operation that it became. */
  readonly isLater?: true;
}

/** What has no function, and why. */
export const WITHOUT: Readonly<Record<string, string>> = {
  'post /v1/documents':
    'a form is one request of 100 MB that nothing can go on with; `uploadFile` and `keepUpload`',
  'post /v1/documents/{id}/versions': 'the same',
  'get /v1/links/{token}': 'the address is whole, and for whoever has it: no credential is to go there',
  'get /v1/samples/{name}/{version}': 'for the page',
  'get /health/live': 'a probe',
  'get /health/ready': 'a probe',
  'get /health': 'a probe',
};

const DOC = { id: 'd_1', etag: '"1"' };
const RED = { id: 'r_1', document: 'd_1', etag: '"1"' };
const FILE = new Blob(['x']);
const PAIR = { original: FILE, modified: FILE };
const KEY = { name: 'nightly', scopes: ['compare'] as const };
const PATHS = { document: '/v1/documents/{id}', redline: '/v1/documents/{id}/redlines/{redline}' };

type Call = Row['call'];
type Name = Row['name'];

const row = (operation: string, name: Name, call: Call, member?: string): Row =>
  member === undefined ? { operation, name, call } : { operation, name, call, member };

const later = (one: Row): Row => ({ ...one, isLater: true });

/** The same below a document and below a redline. */
function both(
  method: string,
  path: string,
  name: Name,
  call: (service: client.Service, kept: typeof DOC | typeof RED) => Promise<unknown>,
  member?: string,
): readonly Row[] {
  return [
    row(`${method} ${PATHS.document}${path}`, name, (service) => call(service, DOC), member),
    row(`${method} ${PATHS.redline}${path}`, name, (service) => call(service, RED), member),
  ];
}

const VIEWS = ['content', 'changes', 'comments', 'html', 'blackline', 'pdf', 'report'] as const;
const EDIT = { op: 'delete', at: { quote: 'x' } };
const CHANGES = {
  comments: { edits: [{ op: 'resolve', comment: 'c' }] },
  decisions: { decisions: [{ verdict: 'accept', changes: {} }] },
  edits: { edits: [EDIT] },
  scrubs: {},
} as const;

const documents: readonly Row[] = [
  row('get /v1/documents', 'listDocuments', (s) =>
    client.listDocuments(s, { name: 'n', type: 't', label: 'l', owner: 'o', state: 'active', sort: 'name' }),
  ),
  row('get /v1/documents/{id}', 'getDocument', (s) => client.getDocument(s, 'd_1')),
  row('patch /v1/documents/{id}', 'describeDocument', (s) => client.describeDocument(s, DOC, { name: 'n' })),
  row('delete /v1/documents/{id}', 'deleteDocument', (s) => client.deleteDocument(s, DOC)),
  row('post /v1/documents/{id}/copies', 'copyDocument', (s) => client.copyDocument(s, 'd_1', { version: 1 })),
  row('post /v1/documents/{id}/restore', 'restoreDocument', (s) => client.restoreDocument(s, DOC)),
  row('post /v1/documents/{id}/versions/{number}/restore', 'restoreVersion', (s) =>
    client.restoreVersion(s, DOC, 1),
  ),
  row('get /v1/documents/{id}/versions', 'listVersions', (s) =>
    client.listVersions(s, 'd_1', { pageSize: 1 }),
  ),
  ...both('get', '/versions', 'listVersionsOf', (s, kept) => client.listVersionsOf(s, kept, { pageSize: 1 })),
  ...both('get', '/versions/{number}', 'getVersion', (s, kept) => client.getVersion(s, kept, 1)),
  ...both('get', '/versions/{number}/content', 'downloadVersion', (s, kept) =>
    client.downloadVersion(s, kept, 1),
  ),
  ...both('get', '/versions/{number}/result', 'getVersionResult', (s, kept) =>
    client.getVersionResult(s, kept, 1),
  ),
  ...VIEWS.flatMap((view) => both('get', `/${view}`, 'show', (s, kept) => client.show(s, kept, view))),
  ...both('get', '/pdf', 'showLater', (s, kept) =>
    client.showLater(s, kept, 'pdf', { query: { subject: 'report' } }),
  ).map(later),
  ...Object.entries(CHANGES).flatMap(([work, options]) =>
    both('post', `/${work}`, 'change', (s, kept) =>
      client.change(s, kept, work as keyof typeof CHANGES, options),
    ),
  ),
  ...both('get', '/links', 'listLinks', (s, kept) => client.listLinks(s, kept), 'links'),
  ...both('post', '/links', 'createLink', (s, kept) => client.createLink(s, kept, { version: 1 })),
  ...both('delete', '/links', 'revokeLinks', (s, kept) => client.revokeLinks(s, kept)),
  ...both('delete', '/links/{link}', 'revokeLinks', (s, kept) => client.revokeLinks(s, kept, 'l_1')),
  row('get /v1/documents/{id}/leases', 'listLeases', (s) => client.listLeases(s, 'd_1'), 'leases'),
  row('post /v1/documents/{id}/leases', 'takeLease', (s) => client.takeLease(s, 'd_1', { clause: '3.2' })),
  row('patch /v1/documents/{id}/leases/{lease}', 'renewLease', (s) => client.renewLease(s, 'd_1', 'l_1', 60)),
  row('delete /v1/documents/{id}/leases/{lease}', 'endLease', (s) => client.endLease(s, 'd_1', 'l_1')),
  row('get /v1/documents/{id}/members', 'listMembers', (s) => client.listMembers(s, 'd_1')),
  row('post /v1/documents/{id}/members', 'addMember', (s) =>
    client.addMember(s, DOC, { email: 'a@b.test', role: 'viewer', expireTime: null }),
  ),
  row('patch /v1/documents/{id}/members/{member}', 'changeMember', (s) =>
    client.changeMember(s, DOC, 'person:p', { role: 'editor' }),
  ),
  row('delete /v1/documents/{id}/members/{member}', 'removeMember', (s) =>
    client.removeMember(s, DOC, 'person:p'),
  ),
  row('post /v1/documents/{id}/transfers', 'transferDocument', (s) =>
    client.transferDocument(s, DOC, { to: { person: 'p' }, keep: null }),
  ),
];

const redlines: readonly Row[] = [
  row('post /v1/documents/{id}/redlines', 'createRedline', (s) =>
    client.createRedline(s, 'd_1', { original: { version: 1 }, modified: { upload: 'u' } }, { author: 'A' }),
  ),
  row('post /v1/documents/{id}/redlines/combinations', 'createCombination', (s) =>
    client.createCombination(s, 'd_1', { copies: [{ version: 2 }], options: { reviewers: ['A'] } }),
  ),
  row('get /v1/documents/{id}/redlines', 'listRedlines', (s) => client.listRedlines(s, 'd_1', 'token')),
  row('get /v1/documents/{id}/redlines/{redline}', 'getRedline', (s) => client.getRedline(s, 'd_1', 'r_1')),
  row('patch /v1/documents/{id}/redlines/{redline}', 'renameRedline', (s) =>
    client.renameRedline(s, RED, 'n'),
  ),
  row('delete /v1/documents/{id}/redlines/{redline}', 'deleteRedline', (s) => client.deleteRedline(s, RED)),
  row('post /v1/documents/{id}/redlines/{redline}/restore', 'restoreRedline', (s) =>
    client.restoreRedline(s, RED),
  ),
  row('post /v1/documents/{id}/redlines/{redline}/versions/{number}/restore', 'restoreRedlineVersion', (s) =>
    client.restoreRedlineVersion(s, RED, 1),
  ),
  row('get /v1/documents/{id}/redlines/{redline}/versions/{number}/result', 'redlineResult', (s) =>
    client.redlineResult(s, RED),
  ),
  row('get /v1/documents/{id}/redlines/{redline}/certificate', 'getCertificate', (s) =>
    client.getCertificate(s, RED),
  ),
  row('get /v1/documents/{id}/redlines/{redline}/changes', 'listRedlineChanges', (s) =>
    client.listRedlineChanges(s, RED, { authors: ['A'], text: 't' }),
  ),
  row(
    'post /v1/documents/{id}/redlines/{redline}/decisions',
    'decide',
    (s) => client.decide(s, RED, [{ verdict: 'accept', changes: { ids: ['1'] } }]),
    'state',
  ),
];

const work: readonly Row[] = [
  row('post /v1/comparisons', 'compare', (s) => client.compare(s, PAIR)),
  row('post /v1/comparisons', 'redlineOf', (s) => client.redlineOf(s, PAIR)),
  row('get /v1/comparisons/{id}', 'getComparison', (s) => client.getComparison(s, 'c_1')),
  row('get /v1/comparisons/{id}/redline', 'download', (s) =>
    client.download(s, '/v1/comparisons/c_1/redline'),
  ),
  row('get /v1/comparisons/{id}/html', 'download', (s) => client.download(s, '/v1/comparisons/c_1/html')),
  row('get /v1/results/{id}', 'getResult', (s) => client.getResult(s, 'x_1')),
  row('get /v1/results/{id}/document', 'download', (s) => client.download(s, '/v1/results/x_1/document')),
  ...(
    [
      ...(['blacklines', 'changes', 'combinations', 'comments', 'decisions', 'edits'] as const),
      ...(['html', 'pdfs', 'reports', 'scrubs', 'verifications'] as const),
    ] as const
  ).map((kind) =>
    row(`post /v1/${kind}`, 'doWork', (s) => client.doWork(s, kind, { files: { document: FILE } })),
  ),
  ...(['combinations', 'comparisons', 'pdfs'] as const).map((kind) =>
    later(
      row(`post /v1/${kind}`, 'doWorkLater', (s) =>
        client.doWorkLater(s, kind, { files: { document: FILE } }),
      ),
    ),
  ),
  row('post /v1/batches', 'createBatch', (s) =>
    client.createBatch(s, {
      base: { document: 'd_1' },
      items: [{ modified: { document: 'd_2', version: 1 } }],
    }),
  ),
  row('post /v1/batches', 'createBatch', (s) =>
    client.createBatch(
      s,
      { base: 'a', items: [{ modified: 'b' }] },
      new Map([
        ['a', FILE],
        ['b', FILE],
      ]),
    ),
  ),
  row('get /v1/batches', 'listBatches', (s) => client.listBatches(s, { pageSize: 1 })),
  row('get /v1/batches/{id}', 'getBatch', (s) => client.getBatch(s, 'o_1')),
  row('post /v1/batches/{id}/cancel', 'cancelBatch', (s) => client.cancelBatch(s, 'o_1')),
  row('post /v1/batches/{id}/retries', 'retryBatch', (s) => client.retryBatch(s, 'o_1')),
  row('get /v1/batches/{id}/archive', 'downloadBatch', (s) => client.downloadBatch(s, 'o_1')),
  row('get /v1/batches/{id}/report', 'reportBatch', (s) => client.reportBatch(s, 'o_1', 'csv')),
  row('post /v1/uploads', 'uploadFile', (s) => upload(s)),
  row('patch /v1/uploads/{id}', 'uploadFile', (s) => upload(s)),
  row('get /v1/uploads/{id}', 'findUpload', (s) =>
    client.findUpload('u_1', client.uploadPorts(s), new AbortController().signal),
  ),
  row('delete /v1/uploads/{id}', 'removeUpload', (s) =>
    client.removeUpload('u_1', client.uploadPorts(s), new AbortController().signal),
  ),
];

function upload(service: client.Service): Promise<string> {
  return client.uploadFile(service, client.sourceOf(FILE, 'x.docx'));
}

const administration: readonly Row[] = [
  row('get /v1/me', 'getMe', (s) => client.getMe(s)),
  row('get /v1/sessions', 'listSessions', (s) => client.listSessions(s, 'p_1'), 'sessions'),
  row('delete /v1/sessions/{id}', 'endSession', (s) => client.endSession(s, 's_1')),
  row('get /v1/people', 'listPeople', (s) => client.listPeople(s), 'people'),
  row('patch /v1/people/{id}', 'changePerson', (s) => client.changePerson(s, 'p_1', { role: 'auditor' })),
  row('get /v1/groups', 'listGroups', (s) => client.listGroups(s), 'groups'),
  row('post /v1/groups', 'createGroup', (s) => client.createGroup(s, { name: 'n', people: ['p_1'] })),
  row('get /v1/groups/{id}', 'getGroup', (s) => client.getGroup(s, 'g_1')),
  row('patch /v1/groups/{id}', 'changeGroup', (s) => client.changeGroup(s, 'g_1', { add: ['p_1'] })),
  row('delete /v1/groups/{id}', 'deleteGroup', (s) => client.deleteGroup(s, 'g_1')),
  row('get /v1/api-keys', 'listKeys', (s) => client.listKeys(s), 'keys'),
  row('post /v1/api-keys', 'createKey', (s) => client.createKey(s, KEY)),
  row('get /v1/api-keys/{id}', 'getKey', (s) => client.getKey(s, 'k_1')),
  row('delete /v1/api-keys/{id}', 'revokeKey', (s) => client.revokeKey(s, 'k_1')),
  row('post /v1/api-keys/{id}/rotations', 'rotateKey', (s) => client.rotateKey(s, 'k_1', 60)),
  row('get /v1/service-accounts', 'listServiceAccounts', (s) => client.listServiceAccounts(s), 'accounts'),
  row('post /v1/service-accounts', 'createServiceAccount', (s) => client.createServiceAccount(s, KEY)),
  row('get /v1/service-accounts/{id}', 'getServiceAccount', (s) => client.getServiceAccount(s, 'a_1')),
  row('patch /v1/service-accounts/{id}', 'changeServiceAccount', (s) =>
    client.changeServiceAccount(s, 'a_1', { disabled: true }),
  ),
  row('post /v1/service-accounts/{id}/keys', 'createServiceAccountKey', (s) =>
    client.createServiceAccountKey(s, 'a_1', { name: 'n' }),
  ),
  row('get /v1/retention', 'getRetention', (s) => client.getRetention(s)),
  row('put /v1/retention', 'replaceRetention', (s) =>
    client.replaceRetention(s, '"1"', {
      default: { keepDays: null, deleteAfterDays: null, since: 'created' },
      rules: [],
    }),
  ),
  row('post /v1/retention/sweeps', 'sweepRetention', (s) => client.sweepRetention(s, true)),
  row('get /v1/documents/{id}/hold', 'getHold', (s) => client.getHold(s, 'd_1')),
  row('put /v1/documents/{id}/hold', 'setHold', (s) => client.setHold(s, DOC, 'reason')),
  row('delete /v1/documents/{id}/hold', 'releaseHold', (s) => client.releaseHold(s, DOC)),
  row('post /v1/erasures', 'eraseDocument', (s) => client.eraseDocument(s, `d_${'0'.repeat(32)}`, 'reason')),
  row('post /v1/erasures', 'erasePerson', (s) => client.erasePerson(s, `p_${'0'.repeat(32)}`, 'reason')),
  later(
    row('post /v1/erasures', 'askLater', (s) =>
      client.askLater(s, '/v1/erasures', { method: 'POST', json: { document: 'd_1', reason: 'reason' } }),
    ),
  ),
  later(
    row('post /v1/retention/sweeps', 'askLater', (s) =>
      client.askLater(s, '/v1/retention/sweeps', { method: 'POST', json: { dryRun: true } }),
    ),
  ),
  row('get /v1/erasures/{id}', 'getErasure', (s) => client.getErasure(s, 'd_1')),
  row('get /v1/erasures/{id}/certificate', 'getErasureCertificate', (s) =>
    client.getErasureCertificate(s, 'd_1'),
  ),
  row('get /v1/operations', 'listOperations', (s) =>
    client.listOperations(s, { state: 'running', scope: 'tenant', createdBy: 'p_1' }),
  ),
  row('get /v1/operations/events', 'followOperations', async (s) => {
    await client
      .followOperations(s)
      .next()
      .catch(() => {});
  }),
  row('get /v1/operations/{id}', 'getOperation', (s) => client.getOperation(s, 'o_1', 5)),
  row('get /v1/operations/{id}', 'waitForOperation', (s) => client.waitForOperation(s, 'o_1')),
  row('get /v1/operations/{id}/result', 'downloadOperation', (s) => client.downloadOperation(s, 'o_1')),
  row('get /v1/operations/{id}/events', 'followOperation', async (s) => {
    // What answers here sends no events.
    await client
      .followOperation(s, 'o_1')
      .next()
      .catch(() => {});
  }),
  row('post /v1/operations/{id}/cancel', 'cancelOperation', (s) => client.cancelOperation(s, 'o_1')),
  row('post /v1/operations/{id}/replay', 'replayOperation', (s) => client.replayOperation(s, 'o_1')),
  row('get /v1/webhooks', 'listWebhooks', (s) => client.listWebhooks(s), 'webhooks'),
  row('get /v1/webhook-events', 'listWebhookEvents', (s) => client.listWebhookEvents(s), 'types'),
  row('post /v1/webhooks', 'createWebhook', (s) => client.createWebhook(s, { url: 'https://a.test/' })),
  row('get /v1/webhooks/{id}', 'getWebhook', (s) => client.getWebhook(s, 'w_1')),
  row('patch /v1/webhooks/{id}', 'changeWebhook', (s) =>
    client.changeWebhook(s, 'w_1', { state: 'enabled', backlog: 'skip' }),
  ),
  row('delete /v1/webhooks/{id}', 'deleteWebhook', (s) => client.deleteWebhook(s, 'w_1')),
  row('post /v1/webhooks/{id}/rotations', 'rotateWebhook', (s) => client.rotateWebhook(s, 'w_1', 1)),
  row('post /v1/webhooks/{id}/tests', 'testWebhook', (s) => client.testWebhook(s, 'w_1')),
  row(
    'post /v1/webhooks/{id}/replays',
    'replayWebhook',
    (s) => client.replayWebhook(s, 'w_1', { delivery: 'msg_1' }),
    'deliveries',
  ),
  row('get /v1/webhooks/{id}/deliveries', 'listWebhookAttempts', (s) =>
    client.listWebhookAttempts(s, 'w_1', { pageSize: 1 }),
  ),
  row('post /v1/exports', 'startExport', (s) => client.startExport(s, 'own')),
  row('get /v1/exports/{id}', 'getExport', (s) => client.getExport(s, 'e_1')),
  row('get /v1/exports/{id}/content', 'readExport', (s) => client.readExport(s, EXPORT, 0)),
  row('post /v1/imports', 'importArchive', (s) => client.importArchive(s, FILE, { 'person:a': 'person:b' })),
  row('get /v1/imports/{id}/evidence', 'downloadEvidence', (s) => client.downloadEvidence(s, 'e_1')),
  row('get /v1/audit', 'listEvents', (s) => client.listEvents(s, { type: 'document.read', pageSize: 1 })),
  row('get /v1/audit/events/{sequence}', 'getEvent', (s) => client.getEvent(s, 1)),
  row('get /v1/audit/events/{sequence}/proof', 'getProof', (s) => client.getProof(s, 1)),
  row('get /v1/audit/checkpoints', 'listCheckpoints', (s) => client.listCheckpoints(s, { after: 1 })),
  row('get /v1/audit/export', 'download', (s) => client.download(s, client.exportPath({}, 'jsonl', 1))),
];

const EXPORT: client.Export = {
  id: 'e_1',
  scope: 'own',
  status: 'ready',
  reason: null,
  createdAt: '',
  expiresAt: '',
  size: 0,
  manifest: '00',
  counts: { documents: 0, redlines: 0, versions: 0, events: 0, files: 0, bytes: 0 },
};

export const ROWS: readonly Row[] = [...documents, ...redlines, ...work, ...administration];
