import { type DocumentHold, getHold, type Known, releaseHold, setHold } from '../../client/index.ts';
import { EXIT } from '../errors.ts';
import { type Io, write } from '../io.ts';
import { type ChangeFlags, quoted } from './change.ts';
import { connect } from './connection.ts';
import { minute, shown } from './words.ts';

export interface HoldFlags extends ChangeFlags {
  readonly reason: string;
}

/** `redline documents hold`: sets a legal hold, or gives it another reason. Resolves with the exit code. */
export async function runHold(id: string, flags: HoldFlags, io: Io): Promise<number> {
  return await tell(
    id,
    await setHold(connect(flags).service, await read(id, flags), flags.reason),
    flags,
    io,
  );
}

/** `redline documents release`. */
export async function runRelease(id: string, flags: ChangeFlags, io: Io): Promise<number> {
  return await tell(id, await releaseHold(connect(flags).service, await read(id, flags)), flags, io);
}

/** Of the hold and not of the document: administrators hold documents that they cannot read. */
async function read(id: string, flags: ChangeFlags): Promise<Known> {
  const { etag } = await getHold(connect(flags).service, id);
  return { id, etag: flags.ifMatch === undefined ? etag : quoted(flags.ifMatch) };
}

async function tell(id: string, held: DocumentHold, { json }: ChangeFlags, io: Io): Promise<number> {
  const { hold } = held;
  const said = hold === null ? 'not on hold' : `on hold since ${minute(hold.setAt)}: ${shown(hold.reason)}`;
  await write(io.stdout, `${json ? JSON.stringify(held, null, 2) : `${id}  ${said}`}\n`);
  return EXIT.done;
}
