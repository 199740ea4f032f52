/**
 * The web, as far as contents are fetched from it. Both methods throw `OutsideError` `unavailable` when nobody answers,
 * `refused` when the other side does not prove that it is the host; an aborted signal ends them with its reason.
 */
export interface Web {
  /** Every address of a host, IPv4 and IPv6. */
  resolve(host: string, signal: AbortSignal): Promise<readonly string[]>;
  /**
   * Asks for what is under a URL at exactly this address, through no proxy, without credentials or cookies, and follows
   * no redirect. For `https` the other side has to prove that it is the URL's host.
   */
  get(url: URL, address: string, signal: AbortSignal): Promise<WebAnswer>;
}

export interface WebAnswer {
  readonly status: number;
  readonly location: string | null;
  /** Bytes that are announced; `null` when they are not. */
  readonly size: number | null;
  /** As sent. Left before its end it ends the connection. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends the connection, whatever is still to come. */
  close(): void;
}
