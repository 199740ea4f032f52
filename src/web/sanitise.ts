/**
 * The redline comes from our own renderer, which escapes everything. It is nevertheless rebuilt here element by element
 * from a list of what a redline consists of, so that a fault there does not become a hole here.
 *
 * Why not a sandboxed frame: the redline would lose the page's scrolling, find-in-page, focus order, live regions and
 * printing, and would need `allow-same-origin` for its changes to be found at all. A list of allowed names, new
 * elements only, and a content security policy without anything inline keep it just as inert.
 */

const ELEMENTS = new Set(
  'article section div p h2 h3 h4 h5 h6 ins del span a b i u s sup sub mark br hr table tbody tr td th img'.split(
    ' ',
  ),
);

const ATTRIBUTES: Readonly<Record<string, RegExp>> = {
  class: /^[a-zA-Z0-9 -]*$/,
  id: /^r-[\w-]+$/,
  href: /^#r-[\w-]+$/,
  src: /^data:image\/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=]*$/,
  role: /^note$/,
  scope: /^col$/,
  dir: /^rtl$/,
  lang: /^[a-zA-Z0-9-]+$/,
  colspan: /^\d{1,4}$/,
  rowspan: /^\d{1,5}$/,
  alt: /^/,
  title: /^/,
  'aria-label': /^/,
  'data-author': /^/,
  'data-change': /^c\d+$/,
  'data-date': /^/,
  'data-format': /^/,
  'data-id': /^c[\w-]+$/,
  'data-kind': /^(?:insertion|deletion|move|format)$/,
  'data-page': /^\d+$/,
};

function copyAttributes(from: Element, to: Element): void {
  for (const { name, value } of from.attributes) {
    const allowed = ATTRIBUTES[name];
    if (allowed?.test(value)) to.setAttribute(name, value);
  }
}

/** The element anew, without anything that is not on the lists; nothing when it is not on them itself. */
function rebuild(from: Element): HTMLElement | undefined {
  const name = from.localName;
  if (!ELEMENTS.has(name) || from.namespaceURI !== 'http://www.w3.org/1999/xhtml') return undefined;
  const to = document.createElement(name);
  copyAttributes(from, to);
  fill(from, to);
  return to;
}

function fill(from: Element, to: HTMLElement): void {
  for (const child of from.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) to.append(child.nodeValue ?? '');
    else if (child instanceof Element) {
      const rebuilt = rebuild(child);
      if (rebuilt !== undefined) to.append(rebuilt);
    }
  }
}

/** Milliseconds of work before the browser may do something else. */
const SLICE_MS = 12;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/**
 * The article of a rendered redline as a new, inert element.
 *
 * @param onProgress told 0 to 1
 */
export async function toArticle(
  html: string,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<HTMLElement> {
  // Only the article is parsed: the renderer's own style element must not meet the policy of this page.
  const [start, end] = [html.indexOf('<article'), html.lastIndexOf('</article>')];
  const source = start < 0 || end < 0 ? '<article></article>' : html.slice(start, end);
  const parsed = new DOMParser().parseFromString(source, 'text/html').querySelector('article');
  const article = document.createElement('article');
  if (parsed === null) return article;
  copyAttributes(parsed, article);
  const sections = [...parsed.children];
  let since = performance.now();
  for (const [at, section] of sections.entries()) {
    const rebuilt = rebuild(section);
    if (rebuilt !== undefined) article.append(rebuilt);
    if (performance.now() - since < SLICE_MS) continue;
    onProgress((at + 1) / sections.length);
    await pause();
    signal.throwIfAborted();
    since = performance.now();
  }
  return article;
}
