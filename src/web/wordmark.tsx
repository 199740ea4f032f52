export function Wordmark() {
  return (
    <span className="wordmark">
      Red<span className="wordmark-line">line</span>
    </span>
  );
}
