import { useEffect, useState } from 'react';
import {
  type EventFields,
  getProof,
  type Problem,
  type ProofFault,
  type ProofFile,
  verifyProof,
} from '../../client/index.ts';
import { service } from '../api.ts';
import { Notice } from '../documents/notice.tsx';
import { problemOf } from '../problems.ts';
import { secondOf } from './words.ts';

type State =
  | { readonly name: 'idle' }
  | { readonly name: 'working' }
  | { readonly name: 'failed'; readonly problem: Problem }
  /** The browser knows no Ed25519. */
  | { readonly name: 'unread'; readonly proof: ProofFile }
  | { readonly name: 'wrong'; readonly proof: ProofFile; readonly fault: ProofFault | 'other' }
  | {
      readonly name: 'good';
      readonly proof: ProofFile;
      readonly signedAt: string;
      readonly root: string;
    };

const FAULTS: Readonly<Record<ProofFault | 'other', string>> = {
  form: 'The answer is no proof.',
  event: 'The event is not what its own hash says.',
  place: 'The checkpoint does not hold this event in this place.',
  checkpoint: 'The checkpoint is not what was signed.',
  keys: 'The keys do not vouch for one another.',
  root: 'The first key is another one.',
  other: 'The proof is good, but of another event than the one shown here.',
};

/** Asks for the proof of an event, and checks it in this browser. */
export function Prove({ event }: { readonly event: EventFields }) {
  const [state, setState] = useState<State>({ name: 'idle' });
  const prove = (): void => {
    setState({ name: 'working' });
    stateOf(event).then(setState, (error: unknown) =>
      setState({ name: 'failed', problem: problemOf(error) }),
    );
  };
  return (
    <div className="prove">
      {state.name === 'failed' && <Notice problem={state.problem} onAgain={prove} />}
      <div role="status">
        <Verdict state={state} />
      </div>
      <div className="prove-actions">
        <button type="button" className="primary" disabled={state.name === 'working'} onClick={prove}>
          Prove this event
        </button>
        {'proof' in state && <Download proof={state.proof} />}
      </div>
    </div>
  );
}

function Verdict({ state }: { readonly state: State }) {
  switch (state.name) {
    case 'idle':
    case 'failed':
      return null;
    case 'working':
      return <p>Looking for the checkpoint…</p>;
    case 'unread':
      return (
        <p className="prove-wrong">
          <strong>Not checked.</strong> This browser knows no Ed25519 signatures. Download the proof, and
          check it with <code>redline audit verify-event</code>.
        </p>
      );
    case 'wrong':
      return (
        <p className="prove-wrong">
          <strong>✕ Not proven.</strong> {FAULTS[state.fault]} Download the proof and keep it.
        </p>
      );
    case 'good':
      return (
        <div className="prove-good">
          <p>
            <strong>✓ Proven, in this browser.</strong> It stood in this place when the checkpoint was signed,{' '}
            {secondOf(state.signedAt)}.
          </p>
          <p>
            The first key is <code>{state.root}</code>: it must be the one that was noted when the service
            began.
          </p>
        </div>
      );
  }
}

function Download({ proof }: { readonly proof: ProofFile }) {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const blob = new Blob([`${JSON.stringify(proof, null, 2)}\n`], { type: 'application/json' });
    const made = URL.createObjectURL(blob);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [proof]);
  return (
    <a className="button" href={address} download={`event-${proof.event.sequence}.proof.json`}>
      Download the proof
    </a>
  );
}

async function stateOf(event: EventFields): Promise<State> {
  const proof = await getProof(service, event.sequence);
  const verdict = await verifyProof(proof).catch(() => null);
  if (verdict === null) return { name: 'unread', proof };
  if (verdict.fault !== null) return { name: 'wrong', proof, fault: verdict.fault };
  const { event: shown, signedAt, root } = verdict.proven;
  // What is shown came from the view, not from the chain.
  const fields = Object.keys(shown) as (keyof EventFields)[];
  if (fields.some((field) => shown[field] !== event[field])) return { name: 'wrong', proof, fault: 'other' };
  return { name: 'good', proof, signedAt, root };
}
