import type { KeptDocument } from '../../client/index.ts';
import { FileButton } from '../uploads/file-button.tsx';
import { uploads } from '../uploads/uploads.ts';

interface Props {
  readonly document: KeptDocument;
  readonly onCopy: () => void;
  readonly onDelete: () => void;
}

export function DocumentActions({ document, onCopy, onDelete }: Props) {
  const add = ([file]: readonly File[]): void => {
    if (file !== undefined) uploads.add([file], document);
  };
  return (
    <div className="document-actions">
      <a className="button primary" href={document.current.links.content} download>
        Download
      </a>
      <FileButton onFiles={add}>Add a version</FileButton>
      <button type="button" onClick={onCopy}>
        Copy
      </button>
      <button type="button" onClick={onDelete}>
        Delete
      </button>
    </div>
  );
}
