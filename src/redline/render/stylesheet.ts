/** How a rendered redline looks when it stands alone. Changes differ by line as well as by colour. */
export const STYLESHEET = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1c1e21;--soft:#5a6068;--line:#d9dce1;--ins:#0b5cad;--ins-bg:#e8f1fb;
--del:#b3261e;--del-bg:#fcebea;--move:#1d6b45;--move-bg:#e7f4ed;--format:#7a4d00}
@media (prefers-color-scheme:dark){:root{--paper:#16181b;--ink:#e6e8eb;--soft:#a3abb5;--line:#363b42;--ins:#8cc2ff;
--ins-bg:#16293f;--del:#ff9d94;--del-bg:#3b1d1b;--move:#86d6ab;--move-bg:#16311f;--format:#e7be6d}}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.6 Georgia,Cambria,"Times New Roman",serif}
.legend,main{max-width:44rem;margin:0 auto;padding:1rem 1.5rem}
.legend{font:.85rem/1.6 system-ui,sans-serif;border-bottom:1px solid var(--line)}.legend h1{font-size:1rem}
.page{content-visibility:auto;contain-intrinsic-size:auto 2600px;margin-left:-.8rem;padding-left:.8rem}
p,h2,h3,h4,h5,h6{white-space:pre-wrap;overflow-wrap:break-word;margin:0 0 .7em;padding-left:calc(var(--n,0)*1.2rem)}
h2,h3,h4,h5,h6{font-size:1.05rem;margin-top:1.4em}h2{font-size:1.25rem}.title{font-size:1.6rem;font-weight:700}
.hanging{padding-left:calc(var(--n,0)*1.2rem + 2.4rem);text-indent:-2.4rem}.label{display:inline-block;min-width:2.1rem;text-indent:0}.center{text-align:center}.right{text-align:right}.empty{min-height:1em}
${Array.from({ length: 10 }, (_, i) => `.indent-${i + 1}{--n:${i + 1}}`).join('')}
ins{color:var(--ins);background:var(--ins-bg);text-decoration:underline}
del{color:var(--del);background:var(--del-bg);text-decoration:line-through}
del+ins,ins+del{margin-left:.12em}
:is(ins,del) :is(mark,[class*=hue-]){color:inherit}
.move-from,.move-to{color:var(--move);background:var(--move-bg)}
.move-from{text-decoration:line-through double}.move-to{text-decoration:underline double}
.move-link{font:.75em system-ui,sans-serif;color:inherit;display:inline-block;text-indent:0;margin-right:.4em}
.format{text-decoration:underline dotted;text-decoration-color:var(--format)}
.format-note,.story-label,.comment-author,.picture,.page-break{font:.78rem/1.5 system-ui,sans-serif;color:var(--soft)}
.format-note{margin-left:.6em;color:var(--format);text-decoration:none}
.format[data-format]:not(.format-note)::after{content:" [" attr(data-format) "]";font:.7em system-ui,sans-serif;color:var(--format)}
.format-note.brief{float:right;margin:0 0 0 .6em;font-size:.7rem}
.changed{border-left:2px solid var(--soft);margin-left:-.8rem;padding-left:calc(.8rem - 2px + var(--n,0)*1.2rem)}
.hanging.changed{padding-left:calc(.8rem - 2px + var(--n,0)*1.2rem + 2.4rem)}
.table{overflow-x:auto;margin:0 0 1em}table{border-collapse:collapse;width:100%}
td,th{border:1px solid var(--line);padding:.35em .6em;vertical-align:top;text-align:left}td>:last-child,th>:last-child{margin-bottom:0}
.row-insertion,.cell-insertion,.row-move-to{background:var(--ins-bg)}.row-deletion,.cell-deletion,.row-move-from{background:var(--del-bg)}
.story,.comment,.text-box{border:1px solid var(--line);border-radius:4px;padding:.6rem .8rem;margin:0 0 1rem}
.note{display:flex;gap:.6em}.link{text-decoration:underline;text-decoration-color:var(--line)}
.size-small{font-size:.85em}.size-large{font-size:1.2em}.size-huge{font-size:1.55em}.caps{text-transform:uppercase}.small-caps{font-variant:small-caps}.hidden-text{opacity:.7}
.picture,.page-break{border:1px dashed var(--line);border-radius:3px;padding:0 .4em}img{max-width:100%;height:auto}.floating{display:block}
.hue-red{color:#b3261e}.hue-blue{color:#1f5fae}.hue-green{color:#1d6b45}.hue-purple{color:#7d3c98}.hue-teal{color:#0f6b75}
.hue-amber{color:#8a5a00}.hue-gray{color:var(--soft)}
@media (prefers-color-scheme:dark){[class^=hue-]{color:inherit}mark{background:#4a4420;color:inherit}}
@media print{.page{content-visibility:visible}.legend{border:0}
:root{--paper:#fff;--ink:#000;--soft:#444;--line:#999;--ins:#0b5cad;--ins-bg:#fff;--del:#b3261e;--del-bg:#fff;--move:#1d6b45;--move-bg:#fff;--format:#7a4d00}
h2,h3,h4,h5,h6{break-after:avoid}tr,img,.note,.comment{break-inside:avoid}thead{display:table-header-group}}
`;

/** More for the two columns of a page side by side; on a narrow screen they stand one below the other. */
export const COLUMN_STYLES = `
.wide .legend,.wide main{max-width:84rem}.column-titles{display:grid;grid-template-columns:1fr 1fr;gap:2.5rem;font-weight:600;margin:.4rem 0 0}
.columns .pair{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:2.5rem}
.columns .pair.changed{border-left:2px solid var(--soft);margin-left:-.8rem;padding-left:calc(.8rem - 2px)}
.columns .changed .changed{border:0;margin-left:0;padding-left:calc(var(--n,0)*1.2rem)}.columns .hanging.changed{padding-left:calc(var(--n,0)*1.2rem + 2.4rem)}
.columns :is(td,th){overflow-wrap:anywhere}
@media (max-width:40rem){.column-titles,.columns .pair{grid-template-columns:minmax(0,1fr);gap:0}.columns .pair:not(.changed)>.old{display:none}
.columns .changed>.old:not(:empty)::before{content:"Original";font:.75rem system-ui,sans-serif;color:var(--soft)}.columns .changed>.new:not(:empty)::before{content:"Modified";font:.75rem system-ui,sans-serif;color:var(--soft)}}
@media print{@page{size:landscape}}
`;
