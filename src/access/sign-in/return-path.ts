/** A path of this service to go back to after the sign-in; `/` for whatever could lead elsewhere. */
export function returnPath(given: string | undefined): string {
  const here = 'https://here.invalid';
  // Browsers take a backslash for a slash, and leave blanks and control characters out.
  if (given === undefined || given.length > 2000 || !/^\/(?![/\\])[^\\\s\p{Cc}]*$/u.test(given)) return '/';
  const url = URL.parse(given, here);
  if (url === null || url.origin !== here || url.pathname.startsWith('//')) return '/';
  return url.pathname.startsWith('/auth/') ? '/' : `${url.pathname}${url.search}${url.hash}`;
}
