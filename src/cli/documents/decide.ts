import { decide, getRedline, listRedlineChanges, type Verdict } from '../../client/index.ts';
import type { ChangeList } from '../../redline/index.ts';
import { chosenBy, type FilterFlags, filterOf, tableOf } from '../changes.ts';
import { EXIT } from '../errors.ts';
import { type Io, write } from '../io.ts';
import { quoted } from './change.ts';
import { connect, type ServiceFlags } from './connection.ts';

/** A redline, by the document that it is kept with. */
interface Place {
  readonly document: string;
  readonly redline: string;
}

export type ChangesFlags = FilterFlags & ServiceFlags;

/** `redline documents changes`: resolves with the exit code. */
export async function runChanges({ document, redline }: Place, flags: ChangesFlags, io: Io): Promise<number> {
  const query = filterOf(flags);
  const { service } = connect(flags);
  const list = await listRedlineChanges<ChangeList>(service, { document, id: redline }, query);
  await write(io.stdout, flags.json ? `${JSON.stringify(list, null, 2)}\n` : tableOf(list));
  return EXIT.done;
}

export type DecideFlags = ChangesFlags & { readonly all?: boolean; readonly ifMatch?: string };

/** `redline documents accept` and `reject`: everything that is chosen in one commit, or nothing. */
export async function runDecide(
  { document, redline }: Place,
  verdict: Verdict,
  flags: DecideFlags,
  io: Io,
): Promise<number> {
  const changes = chosenBy(flags, verdict);
  const { service } = connect(flags);
  const known = await getRedline(service, document, redline);
  const etag = flags.ifMatch === undefined ? known.etag : quoted(flags.ifMatch);
  const state = await decide(service, { document, id: redline, etag }, [{ verdict, changes }]);
  const { origin } = state.current;
  const counts = 'counts' in origin && state.version > known.version ? origin.counts : {};
  const said = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
  const line = `${state.id}  version ${state.version}: ${said.join(', ') || 'nothing was decided'}`;
  await write(io.stdout, `${flags.json ? JSON.stringify(state, null, 2) : line}\n`);
  return EXIT.done;
}
