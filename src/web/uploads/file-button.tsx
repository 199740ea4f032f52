import { type ReactNode, useRef } from 'react';

interface Props {
  readonly className?: string;
  readonly multiple?: boolean;
  readonly disabled?: boolean;
  readonly accept?: string;
  readonly onFiles: (files: readonly File[]) => void;
  readonly children: ReactNode;
}

/** A button that lets files be chosen. */
export function FileButton({
  className = '',
  multiple = false,
  disabled = false,
  accept,
  onFiles,
  children,
}: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className={className} disabled={disabled} onClick={() => input.current?.click()}>
        {children}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple={multiple}
        accept={accept}
        aria-label={typeof children === 'string' ? children : 'Files'}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          event.target.value = '';
          if (files.length > 0) onFiles(files);
        }}
      />
    </>
  );
}
