import { useEffect, useRef, useState } from 'react';
import { getDocument, type KeptDocument, pathOf } from '../../client/index.ts';
import { useAnswer } from '../answer.ts';
import { service } from '../api.ts';
import { useArrival } from '../focus.ts';
import { Frame } from '../frame.tsx';
import { Link } from '../route.tsx';
import { toArticle } from '../sanitise.ts';
import { useScrollableTables } from '../tables.ts';
import { useTitle } from '../title.ts';
import { Notice } from './notice.tsx';

interface Props {
  readonly id: string;
  readonly number: number;
}

/** One version as it was, to be read. */
export function VersionView({ id, number }: Props) {
  const answer = useAnswer(`${id} ${number}`, (signal) => read(id, number, signal));
  const { value, problem } = answer;
  const name = value?.document.name ?? 'Document';
  useTitle(`${name}, version ${number} · Redline`);
  return (
    <Frame place="documents" foot="Every version stays as it was." wide>
      <p className="way-back">
        <Link to={`/documents/${id}`}>← {value?.document.name ?? 'The document'}</Link>
      </p>
      {problem && <Notice problem={problem} onAgain={answer.again} />}
      {answer.loading && <progress className="preparing" aria-label={`Preparing version ${number}`} />}
      {value && (
        <>
          <Heading name={name} number={number} />
          <p className="entry-actions">
            <a href={`${pathOf(id)}/versions/${number}/content`} download>
              Download
            </a>
          </p>
          {value.picture ? <Picture blob={value.picture} name={name} /> : <Text article={value.article} />}
        </>
      )}
    </Frame>
  );
}

interface Readable {
  readonly document: KeptDocument;
  readonly article: HTMLElement | undefined;
  readonly picture: Blob | undefined;
}

async function read(id: string, number: number, signal: AbortSignal): Promise<Readable> {
  const document = await getDocument(service, id, signal);
  const path = `${pathOf(id)}/versions/${number}/content`;
  const blob = await (await service.ask(path, { signal })).blob();
  if (blob.type.startsWith('image/')) return { document, article: undefined, picture: blob };
  const form = new FormData();
  form.append('document', blob, document.name);
  const answer = await service.ask('/v1/html', { method: 'POST', form, accept: 'text/html', signal });
  const article = await toArticle(await answer.text(), () => {}, signal);
  return { document, article, picture: undefined };
}

function Heading({ name, number }: { name: string; number: number }) {
  const heading = useArrival<HTMLHeadingElement>();
  return (
    <h1 ref={heading} tabIndex={-1} className="document-title">
      {name}, version {number}
    </h1>
  );
}

/** An element made outside React, put in its place once. */
function Text({ article }: { article: HTMLElement | undefined }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (article !== undefined) place.current?.replaceChildren(article);
  }, [article]);
  useScrollableTables(place);
  return <div className="paper" ref={place} />;
}

function Picture({ blob, name }: { blob: Blob; name: string }) {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(blob);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return address === undefined ? null : <img className="picture" src={address} alt={name} />;
}
