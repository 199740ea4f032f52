import { htmlAttribute, htmlText } from '../markup.ts';
import {
  type ChangeReport,
  figuresOf,
  placeOfClause,
  type ReportedChange,
  type ReportedClause,
  sidesOf,
  subjectOf,
} from './model.ts';

const STYLES = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1c1e21;--soft:#5a6068;--line:#d9dce1;--head:#f4f5f7;--ins:#0b5cad;--del:#b3261e}
@media (prefers-color-scheme:dark){:root{--paper:#16181b;--ink:#e6e8eb;--soft:#a3abb5;--line:#363b42;--head:#202428;--ins:#8cc2ff;--del:#ff9d94}}
body{margin:0;background:var(--paper);color:var(--ink);font:.95rem/1.5 Georgia,Cambria,"Times New Roman",serif}
main{max-width:64rem;margin:0 auto;padding:1.5rem}h1{font-size:1.6rem;margin:0 0 .3rem}h2{font-size:1.15rem;margin:2rem 0 .6rem}
.names,.figures dt,th,.what,.who{font-family:system-ui,sans-serif}.names{color:var(--soft);margin:0 0 1.2rem}.names b{color:var(--ink)}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(14rem,1fr));gap:0 1.5rem;margin:0}
.figures div{display:flex;justify-content:space-between;gap:1rem;border-bottom:1px solid var(--line);padding:.25rem 0;font-size:.88rem}.figures dd{margin:0;font-variant-numeric:tabular-nums}
.table{overflow-x:auto}table{border-collapse:collapse;width:100%;table-layout:fixed;min-width:40rem}
th,td{border:1px solid var(--line);padding:.4rem .6rem;text-align:left;vertical-align:top;overflow-wrap:break-word}
thead th{background:var(--head);font-size:.82rem}tbody th{background:var(--head);font:600 .9rem system-ui,sans-serif}
.what{font-size:.85rem;font-weight:600}.about{display:block;font-size:.85rem}.who{display:block;font-size:.78rem;font-weight:400;color:var(--soft)}
td{white-space:pre-wrap}time{white-space:nowrap}ins{color:var(--ins);text-decoration:underline double}del{color:var(--del);text-decoration:line-through}.none{color:var(--soft)}
col.c1{width:24%}@media print{:root{--paper:#fff;--ink:#000;--soft:#444;--line:#999;--head:#eee;--ins:#0b5cad;--del:#b3261e}main{max-width:none;padding:0}table{min-width:0}.table{overflow:visible;padding:0 1px}thead{display:table-header-group}tr{break-inside:avoid}h2{break-after:avoid}}
`;
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** A report as one HTML document that stands alone: no script, nothing from elsewhere, nothing of the document active. */
export function reportHtml(report: ChangeReport): string {
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>Change report</title><style>${STYLES}</style></head>`,
    `<body><main><h1>Change report</h1>${names(report)}`,
    `<dl class="figures">${figuresOf(report)
      .map(([name, n]) => `<div><dt>${name}</dt><dd>${n}</dd></div>`)
      .join('')}</dl>`,
    section('Changes of substance', 'The words are the same in both versions.', report.substance),
    section('Formatting and numbering', 'Nothing changed but words.', report.formatting),
    '</main></body></html>',
    '',
  ].join('\n');
}

function names({ original, modified, date, authors }: ChangeReport): string {
  const both = [original, modified].every((name) => name !== null)
    ? `<b>${htmlText(original ?? '')}</b> compared with <b>${htmlText(modified ?? '')}</b>`
    : htmlText(original ?? modified ?? '');
  const who = authors.length === 0 ? '' : `Changes by ${htmlText(authors.join(', '))}`;
  const parts = [both, date === null ? '' : htmlText(date.slice(0, 10)), who].filter((part) => part !== '');
  return parts.length === 0 ? '' : `<p class="names">${parts.join(' · ')}</p>`;
}

function section(title: string, none: string, clauses: readonly ReportedClause[]): string {
  if (clauses.length === 0) return `<h2>${title}</h2><p class="none">${none}</p>`;
  const body = clauses.map((clause) => {
    const head = `<tr><th colspan="3" scope="rowgroup">${htmlText(placeOfClause(clause))}</th></tr>`;
    return `<tbody>${head}${clause.changes.map(row).join('')}</tbody>`;
  });
  return (
    `<h2>${title}</h2><div class="table"><table><colgroup><col class="c1"><col><col></colgroup>` +
    `<thead><tr><th scope="col">Change</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>${body.join('\n')}</table></div>`
  );
}

function row(change: ReportedChange): string {
  const { id, what, author, date } = change;
  const [before, after] = sidesOf(change);
  const day = date === null ? '' : `<time>${htmlText(date.slice(0, 10))}</time>`;
  const who = [htmlText(author), day].filter((part) => part !== '').join(', ');
  const words = subjectOf(change);
  const about = words === '' ? '' : `<span class="about">${htmlText(words)}</span>`;
  const by = who === '' ? '' : `<span class="who">${who}</span>`;
  const marked = (tag: 'del' | 'ins', text: string): string =>
    text === '' ? '' : change.format === null ? `<${tag}>${htmlText(text)}</${tag}>` : htmlText(text);
  return `<tr${htmlAttribute('data-change', id)}><td><span class="what">${what}</span>${about}${by}</td><td>${marked('del', before)}</td><td>${marked('ins', after)}</td></tr>`;
}
