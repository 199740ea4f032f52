import { useCallback, useEffect, useRef, useState } from 'react';
import {
  type Decision,
  decide as decideOf,
  getDocument,
  getRedline,
  type KeptDocument,
  type Problem,
  type Redline,
  redlineResult,
  restoreRedlineVersion,
  type Verdict,
} from '../../client/index.ts';
import type { Report } from '../../redline/index.ts';
import { service } from '../api.ts';
import { problemOf } from '../problems.ts';
import { toArticle } from '../sanitise.ts';
import { idsOf, type Stop, stopsOf } from '../stops.ts';
import { leaseOn } from './alone.ts';

/** A kept redline as it is read. */
export interface Reading {
  readonly document: KeptDocument;
  readonly redline: Redline;
  readonly article: HTMLElement;
  readonly stops: readonly Stop[];
  /** Of the comparison that made it. */
  readonly report: Report | undefined;
}

export interface Review {
  readonly reading: Reading | undefined;
  /** Changes that are decided, but not yet committed. */
  readonly pending: ReadonlySet<Stop>;
  readonly busy: boolean;
  readonly problem: Problem | undefined;
  /** @param all whether these are all that are left, so that none of them need be named */
  readonly decide: (stops: readonly Stop[], verdict: Verdict, all?: boolean) => void;
  /** Takes the last commit of this page back; `undefined` where there is none. */
  readonly undo: (() => void) | undefined;
  readonly reload: () => void;
}

interface Waiting {
  readonly stops: readonly Stop[];
  readonly verdict: Verdict;
  readonly all: boolean;
}

/**
 * Reads a kept redline and decides its changes. A decision shows at once; what is decided while a commit is under way
 * goes into the next one, so that a fast reader makes few commits. A commit that is refused (412) takes nothing with it:
 * the page says so and shows what is there.
 */
export function useReview(document: string, id: string): Review {
  const [reading, setReading] = useState<Reading>();
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const [pending, setPending] = useState<ReadonlySet<Stop>>(new Set());
  const [undoable, setUndoable] = useState<readonly number[]>([]);
  const current = useRef<Reading>(undefined);
  const waiting = useRef<readonly Waiting[]>([]);
  const running = useRef(false);
  current.current = reading;

  const show = useCallback((read: Reading) => {
    setReading(read);
    setPending(new Set());
    setProblem(undefined);
  }, []);

  /** Runs one thing after the other that changes what is shown. */
  const run = useCallback(async (work: () => Promise<void>): Promise<void> => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    try {
      await work();
    } catch (error) {
      waiting.current = [];
      setPending(new Set());
      setProblem(problemOf(error));
    }
    running.current = false;
    setBusy(false);
  }, []);

  const reload = useCallback(() => {
    void run(async () => {
      show(await readRedline(document, id));
      setUndoable([]);
    });
  }, [document, id, run, show]);
  useEffect(reload, [reload]);

  const flush = useCallback(() => {
    const work = async (): Promise<void> => {
      let state = current.current?.redline;
      while (state !== undefined && waiting.current.length > 0) {
        const decisions = decisionsOf(waiting.current);
        waiting.current = [];
        const before = state.version;
        state = await decideOf(service, { ...state, ...leaseOn(document) }, decisions);
        if (state.version > before) setUndoable((old) => [...old, before]);
      }
      if (current.current !== undefined && state !== undefined) show(await readAgain(current.current, state));
    };
    void run(work);
  }, [document, run, show]);

  const decide = useCallback(
    (stops: readonly Stop[], verdict: Verdict, all = false) => {
      if (stops.length === 0) return;
      waiting.current = [...waiting.current, { stops, verdict, all }];
      setPending((old) => new Set([...old, ...stops]));
      flush();
    },
    [flush],
  );

  const last = undoable.at(-1);
  const undo = (): void => {
    void run(async () => {
      if (current.current === undefined || last === undefined) return;
      const state = await restoreRedlineVersion(
        service,
        { ...current.current.redline, ...leaseOn(document) },
        last,
      );
      setUndoable((old) => old.slice(0, -1));
      show(await readAgain(current.current, state));
    });
  };
  return { reading, pending, busy, problem, decide, undo: last === undefined ? undefined : undo, reload };
}

function decisionsOf(waiting: readonly Waiting[]): readonly Decision[] {
  return waiting.map(({ stops, verdict, all }) => ({
    verdict,
    changes: all ? {} : { ids: stops.flatMap(idsOf) },
  }));
}

async function readRedline(document: string, id: string): Promise<Reading> {
  const redline = await getRedline(service, document, id);
  const [kept, report, shown] = await Promise.all([
    getDocument(service, document),
    redline.kind === 'compared' ? redlineResult<Report>(service, redline) : undefined,
    readArticle(redline),
  ]);
  return { document: kept, redline, report, ...shown };
}

async function readAgain(reading: Reading, redline: Redline): Promise<Reading> {
  return { ...reading, redline, ...(await readArticle(redline)) };
}

async function readArticle({ links, version }: Redline): Promise<Pick<Reading, 'article' | 'stops'>> {
  const answer = await service.ask(`${links.html}?version=${version}`, { accept: 'text/html' });
  const article = await toArticle(await answer.text(), () => {}, new AbortController().signal);
  return { article, stops: stopsOf(article) };
}
