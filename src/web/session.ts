import { useCallback, useEffect, useRef, useState } from 'react';
import type { Problem } from '../client/index.ts';
import {
  type ComparisonAnswer,
  compareFiles,
  fetchComparison,
  fetchRedline,
  fetchSample,
  type Pair,
} from './api.ts';
import { problemOf } from './problems.ts';
import { toArticle } from './sanitise.ts';
import { type Stop, stopsOf } from './stops.ts';

/** What is being done, in the order in which it is done. `share` is 0 to 1. */
export type Work =
  | { readonly stage: 'fetching' }
  | { readonly stage: 'uploading'; readonly share: number }
  | { readonly stage: 'comparing' }
  | { readonly stage: 'rendering'; readonly share: number };

export interface Result {
  readonly answer: ComparisonAnswer;
  readonly article: HTMLElement;
  readonly stops: readonly Stop[];
  /** Names of the files; unknown when the page was opened by its address. */
  readonly names: { readonly original: string; readonly modified: string } | undefined;
}

export type View =
  | { readonly name: 'home' }
  | { readonly name: 'working'; readonly work: Work }
  | { readonly name: 'failed'; readonly problem: Problem }
  | { readonly name: 'result'; readonly result: Result };

export interface Session {
  readonly view: View;
  readonly compare: (pair: Pair, author: string) => void;
  readonly sample: () => void;
  readonly cancel: () => void;
}

type Source = (signal: AbortSignal, show: (work: Work) => void) => Promise<Pick<Result, 'answer' | 'names'>>;

const HASH = /^#([0-9a-f]{48})$/;

/** One comparison after another. The address of the page names the result, so that it survives a reload. */
export function useSession(): Session {
  const [view, setView] = useState<View>({ name: 'home' });
  const running = useRef<AbortController>(undefined);
  const shown = useRef('');

  const run = useCallback(async (source: Source): Promise<void> => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    const show = (work: Work) => !signal.aborted && setView({ name: 'working', work });
    try {
      const found = await source(signal, show);
      const result = await prepare(found, signal, show);
      shown.current = `#${found.answer.id}`;
      if (location.hash !== shown.current) history.pushState(null, '', shown.current);
      setView({ name: 'result', result });
    } catch (error) {
      if (!signal.aborted) setView({ name: 'failed', problem: problemOf(error) });
    }
  }, []);

  const home = useCallback((): void => {
    running.current?.abort();
    shown.current = '';
    setView({ name: 'home' });
  }, []);

  useEffect(() => {
    const follow = (): void => {
      const id = HASH.exec(location.hash)?.[1];
      if (id === undefined) home();
      else if (location.hash !== shown.current) void run(earlier(id));
    };
    if (HASH.test(location.hash)) follow();
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, [run, home]);

  const compare = useCallback((pair: Pair, author: string) => void run(uploaded(pair, author)), [run]);
  const sample = useCallback(() => void run(sampled), [run]);
  const cancel = useCallback(() => {
    if (location.hash !== '') history.pushState(null, '', location.pathname);
    home();
  }, [home]);
  return { view, compare, sample, cancel };
}

function uploaded(pair: Pair, author: string): Source {
  return async (signal, show) => {
    show({ stage: 'uploading', share: 0 });
    const progress = {
      onUploaded: (share: number) => show({ stage: 'uploading', share }),
      onSent: () => show({ stage: 'comparing' }),
    };
    const answer = await compareFiles(pair, author, progress, signal);
    return { answer, names: { original: pair.original.name, modified: pair.modified.name } };
  };
}

const sampled: Source = async (signal, show) => {
  show({ stage: 'fetching' });
  return await uploaded(await fetchSample(signal), '')(signal, show);
};

function earlier(id: string): Source {
  return async (signal, show) => {
    show({ stage: 'fetching' });
    return { answer: await fetchComparison(id, signal), names: undefined };
  };
}

async function prepare(
  { answer, names }: Pick<Result, 'answer' | 'names'>,
  signal: AbortSignal,
  show: (work: Work) => void,
): Promise<Result> {
  show({ stage: 'rendering', share: 0 });
  const html = await fetchRedline(answer, signal);
  const article = await toArticle(html, (share) => show({ stage: 'rendering', share }), signal);
  return { answer, names, article, stops: stopsOf(article) };
}
