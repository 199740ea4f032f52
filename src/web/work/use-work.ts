import { useEffect, useRef, useState } from 'react';
import {
  followOperations,
  listOperations,
  type Operation,
  type OperationPage,
  Service,
} from '../../client/index.ts';
import { renew } from '../account/renewal.ts';
import type { Answer } from '../answer.ts';
import { service } from '../api.ts';
import { addressOf, queryFor, type WorkQuery } from './query.ts';
import { usePolled } from './use-polled.ts';
import { isOpen } from './words.ts';

const PAGE_SIZE = 20;
/** How often it is asked while nothing is told, and how long until somebody is asked to tell again. */
const LOOK_MS = 4000;
const AGAIN_MS = 10_000;
/** The same for the work of others, of which nothing is told, and which costs more to find. */
const OVERSEE_MS = 10_000;

/** What is told comes by a connection that is opened again whenever it is cut. */
const telling = new Service('', { renew });

export interface Work {
  readonly page: Omit<Answer<OperationPage>, 'set'>;
  /** As they were told last. */
  readonly operations: readonly Operation[] | undefined;
  /** What happens is told at once; otherwise it is asked for every few seconds. */
  readonly isTold: boolean;
  /** Takes what an own change was answered with. */
  readonly took: (operation: Operation) => void;
  readonly size: number;
}

interface Asked extends OperationPage {
  readonly askedAt: number;
}

/** Operations, a page of them, and what becomes of them while somebody looks. */
export function useWork(asked: WorkQuery, pageToken: string | undefined): Work {
  const { shown, whose } = asked;
  const isOwn = whose === 'own';
  const [told, setTold] = useState<ReadonlyMap<string, Told>>(new Map());
  const took = (operation: Operation): void =>
    setTold((old) => new Map(old).set(operation.id, { operation, at: performance.now() }));
  const ask = async (signal: AbortSignal): Promise<Asked> => {
    const askedAt = performance.now();
    const query = { ...queryFor(asked), pageSize: PAGE_SIZE, ...(pageToken && { pageToken }) };
    return { askedAt, ...(await listOperations(service, query, signal)) };
  };
  const [isTold, setIsTold] = useState(false);
  const page = usePolled<Asked>(`${addressOf(asked)} ${pageToken}`, ask, () =>
    isOwn ? (isTold ? null : LOOK_MS) : OVERSEE_MS,
  );
  const { again } = page;
  useTelling(setIsTold, (operation) => {
    if (!isOwn) return;
    if (operation === null) return again();
    took(operation);
    // What has just ended stays in sight; where others are shown than those that go on, it may have come to them.
    if (!isOpen(operation) && shown !== 'open' && shown !== 'all') again();
  });
  const operations = page.value?.operations.map((one) => {
    const later = told.get(one.id);
    return later !== undefined && later.at > (page.value?.askedAt ?? 0) ? later.operation : one;
  });
  return { page, operations, isTold: isTold && isOwn, took, size: PAGE_SIZE };
}

interface Told {
  readonly operation: Operation;
  /** As `performance.now` says it. */
  readonly at: number;
}

/** Hears what happens for as long as the page is seen. @param tell `null`: the list may hold others. */
function useTelling(setIsTold: (isTold: boolean) => void, tell: (operation: Operation | null) => void): void {
  const latest = useRef(tell);
  latest.current = tell;
  useEffect(() => {
    let controller: AbortController | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hear = async (signal: AbortSignal): Promise<void> => {
      try {
        for await (const news of followOperations(telling, { signal })) {
          setIsTold(true);
          latest.current(news.event === 'operation' ? news.operation : null);
        }
      } catch {
        // Until then it is asked.
      }
      if (signal.aborted) return;
      setIsTold(false);
      timer = setTimeout(() => void hear(signal), AGAIN_MS);
    };
    const look = (): void => {
      controller?.abort();
      clearTimeout(timer);
      setIsTold(false);
      if (document.visibilityState !== 'visible') return;
      controller = new AbortController();
      void hear(controller.signal);
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      controller?.abort();
      clearTimeout(timer);
    };
  }, [setIsTold]);
}
