import { type ReactNode, type RefObject, useEffect, useId, useRef } from 'react';

interface Props {
  readonly title: string;
  /** What the button says that closes it. */
  readonly leave: string;
  readonly onClose: () => void;
  readonly children: (close: () => void) => ReactNode;
}

/** A dialog of this page. The browser keeps the focus in it, and Escape closes it. */
export function Dialog({ title, leave, onClose, children }: Props) {
  const dialog: RefObject<HTMLDialogElement | null> = useRef(null);
  const heading = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const close = (): void => dialog.current?.close();
  return (
    <dialog ref={dialog} className="share" aria-labelledby={heading} onClose={onClose}>
      <div className="share-head">
        <h2 id={heading}>{title}</h2>
        <button type="button" onClick={close}>
          {leave}
        </button>
      </div>
      {children(close)}
    </dialog>
  );
}
