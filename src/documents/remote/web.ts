/**
 * The web, as far as contents are fetched from it and messages are sent there. Every method throws `OutsideError` `unavailable`
 * when nobody answers, `refused` when the other side does not prove that it is the host; an aborted signal ends them with its reason.
 */
export interface Web {
  /** Every address of a host, IPv4 and IPv6. */
  resolve(host: string, signal: AbortSignal): Promise<readonly string[]>;
  /**
   * Asks for what is under a URL at exactly this address, through no proxy, without credentials or cookies, and follows
   * no redirect. For `https` the other side has to prove that it is the URL's host.
   */
  get(url: URL, address: string, signal: AbortSignal): Promise<WebAnswer>;
  /** Sends a message in the same way. What is answered is not read beyond its head. */
  post(url: URL, address: string, message: WebMessage, signal: AbortSignal): Promise<WebReply>;
}

export interface WebMessage {
  /** Beside those that every message has. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WebReply {
  readonly status: number;
  /** The header `Retry-After`, as sent. */
  readonly retryAfter: string | null;
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
