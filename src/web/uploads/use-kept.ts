import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { KeptDocument } from '../../client/index.ts';
import { uploads } from './uploads.ts';

/** Calls back when an upload has become a document, or a version. */
export function useKept(onKept: (document: KeptDocument) => void): void {
  const items = useSyncExternalStore(uploads.subscribe, uploads.items);
  const seen = useRef(new Set(items.filter(({ document }) => document).map(({ key }) => key)));
  const latest = useRef(onKept);
  latest.current = onKept;
  useEffect(() => {
    for (const { key, document } of items) {
      if (document === undefined || seen.current.has(key)) continue;
      seen.current.add(key);
      latest.current(document);
    }
  }, [items]);
}
