import type { KeptDocument } from '../../client/index.ts';
import { ACCEPT } from '../files.ts';
import { FileButton } from '../uploads/file-button.tsx';
import { uploads } from '../uploads/uploads.ts';
import { isWord } from './words.ts';

interface Props {
  readonly document: KeptDocument;
  /** Somebody else works on it alone: it can be read and copied. */
  readonly locked: boolean;
  readonly onCopy: () => void;
  readonly onDelete: () => void;
  /** Missing where there is nobody to share with, or who is in is not told. */
  readonly onShare?: (() => void) | undefined;
}

export function DocumentActions({ document, locked, onCopy, onDelete, onShare }: Props) {
  const { id, etag } = document;
  const upload = (as: 'version' | 'modified', [file]: readonly File[]): void => {
    if (file !== undefined) uploads.add([file], { id, etag, as });
  };
  return (
    <div className="document-actions">
      <a className="button primary" href={document.current.links.content} download>
        Download
      </a>
      <FileButton disabled={locked} onFiles={(files) => upload('version', files)}>
        Add a version
      </FileButton>
      {isWord(document.current.content.type) && (
        <FileButton accept={ACCEPT} onFiles={(files) => upload('modified', files)}>
          Compare with a file
        </FileButton>
      )}
      {onShare && (
        <button type="button" aria-haspopup="dialog" onClick={onShare}>
          Share
        </button>
      )}
      <button type="button" onClick={onCopy}>
        Copy
      </button>
      <button type="button" disabled={locked} onClick={onDelete}>
        Delete
      </button>
    </div>
  );
}
