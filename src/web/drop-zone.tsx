import { type DragEvent, useId, useState } from 'react';
import { ACCEPT, refusal, size } from './files.ts';

interface Props {
  readonly label: string;
  readonly hint: string;
  readonly file: File | undefined;
  readonly onFile: (file: File | undefined) => void;
}

/** A place for one document: drop it here, or click, or press Enter. It is a labelled file input all along. */
export function DropZone({ label, hint, file, onFile }: Props) {
  const [over, setOver] = useState(false);
  const id = useId();
  const problem = file && refusal(file);
  const drop = (event: DragEvent): void => {
    setOver(false);
    const { files } = event.dataTransfer;
    if (files.length !== 1) return;
    event.preventDefault();
    event.stopPropagation();
    onFile(files[0]);
  };
  const state = problem ? 'refused' : file ? 'filled' : 'free';
  return (
    <div className={`zone ${state}${over ? ' over' : ''}`}>
      <label
        htmlFor={id}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <span className="zone-label">{label}</span>
        {file ? (
          <span className="zone-file">
            <span className="zone-name">{file.name}</span>
            <span className="zone-size">{size(file.size)}</span>
          </span>
        ) : (
          <span className="zone-file">
            <span className="zone-name">Drop {hint} here</span>
            <span className="zone-size">or choose a .docx file</span>
          </span>
        )}
        <input
          id={id}
          type="file"
          accept={ACCEPT}
          aria-describedby={`${id}-problem`}
          onChange={(event) => {
            onFile(event.target.files?.[0] ?? file);
            event.target.value = '';
          }}
        />
      </label>
      <p id={`${id}-problem`} className="zone-problem" role="status">
        {problem}
      </p>
      {file && (
        <button
          type="button"
          className="zone-clear"
          onClick={() => onFile(undefined)}
          aria-label={`Remove ${file.name}`}
        >
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="m6 6 12 12M18 6 6 18" />
          </svg>
        </button>
      )}
    </div>
  );
}
