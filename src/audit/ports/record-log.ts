/** A record that is there, and was not removed. */
export interface KeptRecord {
  readonly name: string;
  readonly tenant: string;
  readonly text: string;
}

/**
 * Where what happened is kept until a chain holds it: records that are appended often, read after a crash alone, and soon
 * removed. Several processes may use it at once. Throws `OutsideError`; `damaged` for what is not what was written.
 */
export interface RecordLog {
  /**
   * Resolves when the record survives a crash of the machine. One that was refused may be there nevertheless.
   *
   * @param text without control characters, as JSON is.
   * @returns a name that no other record has.
   */
  append(tenant: string, text: string): Promise<string>;
  /**
   * Records that were appended before a moment and not removed, also by processes that are gone. Some of those that a process
   * removed may be there again when it is gone. What is damaged comes last, as an error. Who asks every few seconds shows by it
   * that they are there.
   *
   * @param before milliseconds since 1970.
   */
  left(before: number): AsyncIterable<KeptRecord>;
  /** What is not there any more is left alone. */
  remove(name: string): Promise<void>;
}
