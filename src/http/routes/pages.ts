import type { OpenAPIHono } from '@hono/zod-openapi';
import { html } from 'hono/html';
import { EVENT_FIELDS, EVENT_SCHEMA, EVENT_TYPES } from '../../audit/index.ts';
import { PROBLEMS, type ProblemCode, problemName, RequestError } from '../errors.ts';
import { negotiate } from '../negotiate.ts';
import { API_INFO, describeApi } from '../openapi.ts';
import { apiPage } from '../pages/api-page.ts';
import { PAGE_STYLE, page } from '../pages/page.ts';
import { JSON_TYPE } from '../responses.ts';
import type { HttpEnv } from '../services.ts';

const CODES = Object.keys(PROBLEMS) as ProblemCode[];

/** What a person reads: the API's description and a page for every kind of problem. No page asks other hosts for anything. */
export function addPageRoutes(app: OpenAPIHono<HttpEnv>): void {
  app.get('/openapi.json', (c) => c.json(describeApi(app), 200, { 'Cache-Control': 'no-cache' }));
  app.get('/docs', (c) =>
    c.html(apiPage(describeApi(app), new URL(c.req.url).origin), 200, { 'Cache-Control': 'no-cache' }),
  );
  app.get('/docs/page.css', (c) =>
    c.body(PAGE_STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'no-cache' }),
  );
  app.get('/events', (c) => {
    const wanted = negotiate(c.req.header('accept'), ['text/html', JSON_TYPE]);
    return wanted === JSON_TYPE ? c.json({ schema: EVENT_SCHEMA, types: EVENT_TYPES }) : c.html(eventList());
  });
  app.get('/problems', (c) => c.html(problemList()));
  app.get('/problems/:name', (c) => {
    const code = CODES.find((candidate) => problemName(candidate) === c.req.param('name'));
    if (code === undefined) throw new RequestError('request/not-found', 'There is no such problem.');
    const wanted = negotiate(c.req.header('accept'), ['text/html', JSON_TYPE]);
    return wanted === JSON_TYPE ? c.json({ code, ...PROBLEMS[code] }) : c.html(problemPage(code));
  });
}

function problemPage(code: ProblemCode) {
  const { status, title, advice } = PROBLEMS[code];
  return page(
    title,
    html`<h1>${title}</h1>
      <p>${advice}</p>
      <dl>
        <dt>Code</dt><dd><code>${code}</code></dd>
        <dt>Status</dt><dd>${status}</dd>
      </dl>
      <p><a href="/problems">All problems</a> · <a href="/docs">${API_INFO.title}</a></p>`,
  );
}

function eventList() {
  const fields = EVENT_FIELDS.map((field) => {
    const told = EVENT_SCHEMA.properties[field];
    return html`<tr><td><code>${field}</code></td><td>${'description' in told ? told.description : ''}</td></tr>`;
  });
  const types = Object.entries(EVENT_TYPES).map(
    ([type, { kind, title }]) =>
      html`<tr><td><code>${type}</code></td><td>${kind}</td><td>${title}</td></tr>`,
  );
  return page(
    'Events',
    html`<h1>Events of the audit trail</h1>
      <p>Every operation is one of these, whether it was done, refused or failed. For programs: the same address as <code>application/json</code>, with a JSON Schema.</p>
      <table>
        <thead><tr><th>Type</th><th>Kind</th><th>What it says</th></tr></thead>
        <tbody>${types}</tbody>
      </table>
      <h2>Fields</h2>
      <table>
        <thead><tr><th>Field</th><th>What it says</th></tr></thead>
        <tbody>${fields}</tbody>
      </table>`,
  );
}

function problemList() {
  const rows = CODES.map((code) => {
    const { status, title } = PROBLEMS[code];
    return html`<tr><td>${status}</td><td><code>${code}</code></td><td><a href="/problems/${problemName(code)}">${title}</a></td></tr>`;
  });
  return page(
    'Problems',
    html`<h1>Problems</h1>
      <p>Every answer that is not what was asked for is one of these, as <code>application/problem+json</code> (RFC 9457).</p>
      <table>
        <thead><tr><th>Status</th><th>Code</th><th>What it means</th></tr></thead>
        <tbody>${rows}</tbody>
      </table>`,
  );
}
