/** A value as JSON in UTF-8, its byte arrays in base64. */
export function encodeBinaryJson(value: object): Uint8Array {
  return new TextEncoder().encode(
    JSON.stringify(value, (_, member: unknown) =>
      member instanceof Uint8Array ? { base64: Buffer.from(member).toString('base64') } : member,
    ),
  );
}

/** What `encodeBinaryJson` made. @throws {SyntaxError} */
export function decodeBinaryJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes), (_, member: unknown) =>
    isEncoded(member) ? new Uint8Array(Buffer.from(member.base64, 'base64')) : member,
  );
}

function isEncoded(value: unknown): value is { readonly base64: string } {
  return typeof value === 'object' && value !== null && 'base64' in value && typeof value.base64 === 'string';
}
