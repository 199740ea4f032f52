import { test } from 'vitest';
import { isDecided } from '../../../../test/support/decided.ts';
import { MALFORMED } from '../../../../test/support/malformed.ts';

test.each(MALFORMED)('what no editor should write is listed and decided: %s', (_, content) => {
  isDecided(content);
});
