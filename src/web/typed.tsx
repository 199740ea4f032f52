import { useEffect, useId, useRef, useState } from 'react';

/** Milliseconds without a key after which what was typed is looked for. */
const TYPED_MS = 250;

interface TypedProps {
  readonly label: string;
  readonly type: 'search' | 'text';
  readonly className: string;
  readonly value: string;
  readonly maxLength: number;
  readonly onChange: (value: string) => void;
}

/** A field whose value is taken when the typing rests. */
export function Typed({ label, type, className, value, maxLength, onChange }: TypedProps) {
  const id = useId();
  const [text, setText] = useState(value);
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => latest.current(text), TYPED_MS);
    return () => clearTimeout(timer);
  }, [text, value]);
  return (
    <div className={`filter ${className}`}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={type}
        className="field-input"
        value={text}
        maxLength={maxLength}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
      />
    </div>
  );
}
