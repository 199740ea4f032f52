import { describe, expect, test } from 'vitest';
import { createBar } from './bar.ts';

function sink(isTTY: boolean) {
  const said: string[] = [];
  const write = (data: string | Uint8Array, done: () => void): void => {
    said.push(String(data));
    done();
  };
  return { said, isTTY, write };
}

describe('the bar of an upload', () => {
  test('shows how far a file is, says what is the matter, and goes away', () => {
    const terminal = sink(true);
    const bar = createBar(terminal, 'lease.docx');
    bar.show(0.5);
    bar.show(0.5);
    bar.show(0.999, 'waiting for the service');
    bar.end();
    const half = '█'.repeat(12) + '░'.repeat(12);
    expect(terminal.said).toEqual([
      `\r\x1b[K${half} 50 % lease.docx`,
      `\r\x1b[K${'█'.repeat(24)} 99 % lease.docx: waiting for the service`,
      '\r\x1b[K',
    ]);
  });

  test('is silent where nobody watches', () => {
    const pipe = sink(false);
    const bar = createBar(pipe, 'lease.docx');
    bar.show(0.5);
    bar.end();
    expect(pipe.said).toEqual([]);
  });
});
