// The lines between the rooms, as docs/decisions and the README draw them. `npm test -- architecture` holds them and
// plants violations to prove that every rule still bites.

/** Which rooms a room may import, each through its door. `roles`, `main` and `cli` alone choose a platform. */
export const ROOMS = {
  kit: [],
  redline: [],
  reports: ['redline'],
  client: [],
  access: ['kit'],
  documents: ['kit', 'redline', 'access'],
  review: ['kit', 'redline', 'access', 'documents'],
  search: ['kit', 'redline', 'access', 'documents'],
  audit: ['kit', 'redline', 'access', 'documents'],
  jobs: ['kit', 'redline', 'reports', 'access', 'documents', 'review', 'search', 'audit'],
  http: ['kit', 'redline', 'access', 'documents', 'review', 'search', 'audit', 'jobs'],
  cli: [
    'kit',
    'redline',
    'reports',
    'client',
    'access',
    'documents',
    'review',
    'search',
    'audit',
    'jobs',
    'platform',
  ],
  roles: [
    ...['kit', 'redline', 'access', 'documents', 'review', 'search', 'audit', 'jobs'],
    ...['http', 'cli', 'platform'],
  ],
  platform: ['kit'],
  web: ['client'],
};

/** The same inside the engine. `verify` shares no reader with the writer, so it sees none of the others. */
export const ENGINE_ROOMS = {
  ooxml: [],
  diff: [],
  revisions: ['ooxml', 'diff'],
  verify: [],
  render: ['ooxml', 'diff', 'revisions'],
};

/** Packages that only one place may name. */
export const VENDORS = {
  piscina: '^src/jobs/',
  hono: '^src/http/',
  '@hono/node-server': '^src/(http|roles)/',
  '@hono/zod-openapi': '^src/http/',
  commander: '^src/cli/',
  pino: '^src/(kit|roles|http)/|^src/main[.]ts$',
  react: '^src/web/',
  'react-dom': '^src/web/',
  opossum: '^src/kit/',
  'better-sqlite3': '^src/platform/embedded/',
  '@google-cloud/storage': '^src/platform/gcp/',
  '@google-cloud/kms': '^src/platform/gcp/',
  ioredis: '^src/platform/redis/',
  bullmq: '^src/platform/redis/',
  'openid-client': '^src/platform/oidc/',
  jose: '^src/access/',
  '@zxcvbn-ts/core': '^src/access/',
  docx: '^(scripts/sample|src/reports)/',
};

const TESTS = '[.]test[.]tsx?$';
const anyOf = (names) => `(?:${names.join('|')})`;

/** Rooms with more than one door: each platform has its own, so that only the chosen one is loaded. */
const DOORS = { platform: ['^src/platform/index[.]ts$', '^src/platform/[^/]+/index[.]ts$'] };

/** What else a room may import: `main-is-last` and `config-is-passed` say more. */
const FILES = { roles: ['config'], cli: ['main', 'config'] };

function roomRule([room, allowed]) {
  const others = [room, ...allowed].map((name) => `${name}/`);
  const files = (FILES[room] ?? []).map((name) => `${name}[.]ts$`);
  const inside = `^src/${anyOf([...others, ...files])}`;
  return {
    name: `room-${room}`,
    comment: `${room} may import ${allowed.length > 0 ? allowed.join(', ') : 'no other room'}`,
    severity: 'error',
    from: { path: `^src/${room}/`, pathNot: TESTS },
    to: { path: '^src/[^/]+/', pathNot: typesOnlyRooms(room) ?? inside, ...typesException(room) },
  };
}

// `platform` and `web` may see the types of other rooms (ports, answers), never their code; two more rules say so.
function typesOnlyRooms(room) {
  return room === 'platform' || room === 'web' ? `^src/${anyOf([room, ...ROOMS[room]])}/` : undefined;
}

function typesException(room) {
  return typesOnlyRooms(room) === undefined ? {} : { dependencyTypesNot: ['type-only'] };
}

function doorRule(room) {
  return {
    name: `door-${room}`,
    comment: `other rooms enter ${room} through its index.ts`,
    severity: 'error',
    from: { path: '^src/', pathNot: `^src/${room}/` },
    to: { path: `^src/${room}/`, pathNot: DOORS[room] ?? `^src/${room}/index[.]ts$` },
  };
}

function engineRule([room, allowed]) {
  const inside = `^src/redline/${anyOf([room, ...allowed])}/`;
  const contract = '^src/redline/(?:codec|errors|options|report)[.]ts$';
  return {
    name: `engine-${room}`,
    comment: `inside the engine ${room} may import the contract and ${allowed.join(', ') || 'nothing else'}`,
    severity: 'error',
    from: { path: `^src/redline/${room}/`, pathNot: TESTS },
    to: { path: '^src/redline/', pathNot: `${inside}|${contract}` },
  };
}

function engineDoorRule(room) {
  return {
    name: `engine-door-${room}`,
    comment: `the engine enters ${room} through its index.ts`,
    severity: 'error',
    from: { path: '^src/redline/', pathNot: `^src/redline/${room}/|${TESTS}` },
    to: { path: `^src/redline/${room}/`, pathNot: `^src/redline/${room}/index[.]ts$` },
  };
}

function vendorRule([name, place]) {
  return {
    name: `vendor-${name}`,
    comment: `only ${place} names ${name}`,
    severity: 'error',
    from: { path: '^(?:src|scripts)/', pathNot: `${place}|${TESTS}` },
    to: { path: `(?:^|/)node_modules/${name}/` },
  };
}

const rules = [
  ...Object.entries(ROOMS).map(roomRule),
  ...Object.keys(ROOMS).map(doorRule),
  ...Object.entries(ENGINE_ROOMS).map(engineRule),
  ...Object.keys(ENGINE_ROOMS).map(engineDoorRule),
  ...Object.entries(VENDORS).map(vendorRule),
  {
    name: 'engine-pure',
    comment: 'the engine imports nothing outside itself: no package, no Node module',
    severity: 'error',
    from: { path: '^src/redline/', pathNot: TESTS },
    to: { pathNot: '^src/redline/' },
  },
  {
    name: 'config-reads-only',
    comment: 'config.ts turns the environment into values and knows no room but kit',
    severity: 'error',
    from: { path: '^src/config[.]ts$' },
    to: {
      path: '^src/',
      pathNot: '^src/(?:kit/index|gcp-config|find-program|sign-in-config)[.]ts$',
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'config-is-passed',
    comment: 'configuration is passed as values: only main, the roles and the command line read it',
    severity: 'error',
    from: { path: '^src/', pathNot: `^src/(?:main[.]ts$|roles/|cli/)|${TESTS}` },
    to: { path: '^src/config[.]ts$' },
  },
  {
    name: 'main-is-last',
    comment: 'nothing imports main but `redline serve` and `redline admin`, which are other ways to start it',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/cli/(?:serve|with-service)[.]ts$' },
    to: { path: '^src/main[.]ts$' },
  },
  {
    name: 'product-alone',
    comment: 'the product imports no test, bench or script',
    severity: 'error',
    from: { path: '^src/', pathNot: TESTS },
    to: { path: '^(?:test|bench|scripts)/' },
  },
  {
    name: 'no-circular',
    comment: 'no import cycles, types included',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-unresolved',
    comment: 'every import leads somewhere',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
];

export default {
  forbidden: rules,
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
};
