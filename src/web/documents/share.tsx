import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import {
  addMember,
  changeMember,
  type GroupEntry,
  type KeptDocument,
  listGroups,
  listMembers,
  type Member,
  type Members,
  ROLES,
  type Role,
  removeMember,
  type Whom,
} from '../../client/index.ts';
import { useAccount } from '../account/account.ts';
import { useAnswer } from '../answer.ts';
import { service } from '../api.ts';
import { go } from '../route.tsx';
import { Notice } from './notice.tsx';
import { useChange } from './use-change.ts';
import { dayOf } from './words.ts';

interface Props {
  readonly document: KeptDocument;
  readonly onClose: () => void;
  /** Members stand in the document: what is known of it is not the latest any more. */
  readonly onChanged: () => void;
}

const WORDS: Readonly<Record<Role, string>> = {
  viewer: 'Viewer',
  commenter: 'Commenter',
  editor: 'Editor',
  owner: 'Owner',
};

/** Who may do what with a document, and the way to change that. The browser keeps the focus in it, and Escape closes it. */
export function ShareDialog({ document, onClose, onChanged }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const answer = useAnswer(`members ${document.id}`, (signal) => listMembers(service, document.id, signal));
  const taken = (members: Members): void => {
    answer.set(members);
    onChanged();
  };
  const { change, problem, clear, busy } = useChange(taken);
  const known = { id: document.id, etag: answer.value?.etag ?? '' };
  const remove = (member: Member, isSelf: boolean): void =>
    change(
      async () => {
        await removeMember(service, known, member.id);
        return isSelf ? { etag: '', members: [] } : await listMembers(service, document.id);
      },
      isSelf ? () => go('/documents') : taken,
    );
  const again = (): void => {
    clear();
    answer.again();
  };
  const trouble = problem ?? answer.problem;
  const mayShare = document.role === 'owner';
  return (
    <dialog ref={dialog} className="share" aria-labelledby={title} onClose={onClose}>
      <div className="share-head">
        <h2 id={title}>{mayShare ? `Share ${document.name}` : `Who may see ${document.name}`}</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Done
        </button>
      </div>
      {trouble && <Notice problem={trouble} onAgain={again} />}
      {mayShare && (
        <Adding
          busy={busy}
          onAdd={(whom, role, expireTime, then) =>
            change(
              () => addMember(service, known, { ...whom, role, expireTime }),
              (members) => {
                then();
                taken(members);
              },
            )
          }
        />
      )}
      <ul className="members" aria-label="Members" aria-busy={answer.loading || busy}>
        {answer.value?.members.map((member) => (
          <Row
            key={member.id}
            member={member}
            mayShare={mayShare}
            onRole={(role) => change(() => changeMember(service, known, member.id, { role }))}
            onRemove={(isSelf) => remove(member, isSelf)}
          />
        ))}
      </ul>
    </dialog>
  );
}

function Row({
  member,
  mayShare,
  onRole,
  onRemove,
}: {
  readonly member: Member;
  readonly mayShare: boolean;
  readonly onRole: (role: Role) => void;
  readonly onRemove: (isSelf: boolean) => void;
}) {
  const account = useAccount();
  const isSelf = account.state === 'signed-in' && member.id === `person:${account.me.id}`;
  const name = nameOf(member);
  return (
    <li>
      <p className="member-name">
        {name}
        {isSelf && ' (you)'}
        <span className="member-facts">
          {[
            member.email === name ? null : member.email,
            member.kind === 'domain' ? 'everybody of this domain' : null,
            member.kind === 'group' ? 'group' : null,
            member.expireTime === null ? null : `until ${dayOf(member.expireTime)}`,
          ]
            .filter((fact) => fact !== null)
            .join(' · ')}
        </span>
      </p>
      {mayShare ? (
        <RoleSelect label={`Role of ${name}`} role={member.role} onRole={onRole} owner={isOwning(member)} />
      ) : (
        <p>{member.role}</p>
      )}
      {(mayShare || isSelf) && (
        <button
          type="button"
          className="quiet"
          aria-label={isSelf ? 'Leave the document' : `Remove ${name}`}
          onClick={() => onRemove(isSelf)}
        >
          {isSelf ? 'Leave' : 'Remove'}
        </button>
      )}
    </li>
  );
}

function RoleSelect({
  label,
  role,
  owner,
  onRole,
}: {
  readonly label: string;
  readonly role: Role;
  readonly owner: boolean;
  readonly onRole: (role: Role) => void;
}) {
  return (
    <select
      className="field-input"
      aria-label={label}
      value={role}
      onChange={(event) => onRole(ROLES.find((one) => one === event.target.value) ?? role)}
    >
      {ROLES.filter((one) => one !== 'owner' || owner).map((one) => (
        <option key={one} value={one}>
          {WORDS[one]}
        </option>
      ))}
    </select>
  );
}

function Adding({
  busy,
  onAdd,
}: {
  readonly busy: boolean;
  readonly onAdd: (whom: Whom, role: Role, expireTime: string | null, then: () => void) => void;
}) {
  const [text, setText] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [until, setUntil] = useState('');
  const groups = useAnswer('groups', (signal) => listGroups(service, signal)).value ?? [];
  const [list, end] = [useId(), useId()];
  const add = (event: FormEvent): void => {
    event.preventDefault();
    const time = until === '' ? null : new Date(`${until}T23:59:59`).toISOString();
    onAdd(whomOf(text.trim(), groups), role, time, () => {
      setText('');
      setUntil('');
    });
  };
  return (
    <form className="share-form" onSubmit={add}>
      <input
        className="field-input"
        aria-label="An address, a group or a domain"
        placeholder="ada@example.com, a group, example.com"
        list={list}
        value={text}
        required
        maxLength={320}
        autoComplete="off"
        onChange={(event) => setText(event.target.value)}
      />
      <datalist id={list}>
        {groups.map(({ id, name }) => (
          <option key={id} value={name} />
        ))}
      </datalist>
      <RoleSelect label="Role" role={role} onRole={setRole} owner />
      <label htmlFor={end}>Until</label>
      <input
        id={end}
        className="field-input"
        type="date"
        value={until}
        onChange={(event) => setUntil(event.target.value)}
      />
      <button type="submit" className="primary" disabled={busy}>
        Share
      </button>
    </form>
  );
}

/** What is written the way addresses are is one; the name of a group comes before a domain. */
function whomOf(text: string, groups: readonly GroupEntry[]): Whom {
  const group = groups.find(({ name }) => name.toLowerCase() === text.toLowerCase());
  if (group !== undefined) return { group: group.id };
  return text.includes('@') ? { email: text } : { domain: text };
}

function nameOf({ id, name, email }: Member): string {
  return name ?? email ?? id;
}

function isOwning({ kind }: Member): boolean {
  return kind !== 'group' && kind !== 'domain';
}
