import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Person } from '../account/account.ts';
import type { LoginGuard } from '../account/login-guard.ts';
import type { SecondFactorCodes } from '../account/second-factor.ts';
import type { Api } from '../api.ts';
import type { CredentialRequest } from '../credentials.ts';
import { datetime } from '../datetime.ts';
import { FormGuard } from './csrf.ts';
import { type Html, html } from './html.ts';
import { formOf, type Page, sendPage } from './page.ts';

/** Where `validationUrl` leads, outside of /1.0 (documented). */
export const validationPath = '/auth/';

const hour = 3_600_000;
const day = 24 * hour;

/** How long access can be granted: name in the form, what the page says, ms. The choice of the real page is not published (assumed). */
const validities = [
  ['1h', '1 hour', hour],
  ['1d', '1 day', day],
  ['1w', '1 week', 7 * day],
  ['1m', '1 month', 30 * day],
  ['unlimited', 'Unlimited', null],
] as const;

/** What the handlers of the page share. */
interface Parts {
  api: Api;
  forms: FormGuard;
  logins: LoginGuard;
  codes: SecondFactorCodes;
}

/** What one request to the page brings. */
interface Visit {
  request: FastifyRequest;
  reply: FastifyReply;
  wanted: CredentialRequest;
  /** A field of the form. */
  field(name: string): string;
  cause: number;
}

/**
 * Serves the page behind a `validationUrl`: somebody logs in and grants or refuses a consumer key (spec 2.3; look and words are
 * ours, assumed). Only the forms change anything, and only once.
 */
export function serveValidation(app: FastifyInstance, api: Api, causeOf: (request: FastifyRequest) => number): void {
  const { runtime } = api;
  const parts: Parts = {
    api,
    forms: new FormGuard(runtime),
    logins: api.logins,
    codes: api.codes,
  };
  app.get(validationPath, (request, reply) => {
    const { credentialToken } = request.query as { credentialToken?: unknown };
    const wanted = open(String(credentialToken), api, reply);
    return wanted ? showLogin({ request, reply, wanted }, parts) : reply;
  });
  app.post(validationPath, (request, reply) => {
    const field = formOf(request);
    const wanted = open(field('credentialToken'), api, reply);
    if (!wanted) return reply;
    const visit: Visit = { request, reply, wanted, field, cause: causeOf(request) };
    if (!parts.forms.isOurs(request, field('csrf'))) {
      return showLogin(visit, parts, 403, 'This form is too old or was not sent by this page. Please try again.');
    }
    if (field('action') === 'refuse') return refuse(visit, api);
    return field('ticket') === '' ? logIn(visit, parts) : confirmCode(visit, parts);
  });
}

/** The request for a consumer key, if it still waits; otherwise the page says why there is none. */
function open(token: string, { credentials, runtime }: Api, reply: FastifyReply): CredentialRequest | undefined {
  const wanted = credentials.request(token);
  if (!wanted) {
    sendPage(reply, failure(404, 'There is no such request', 'This link is wrong, or too old to be known.'));
    return undefined;
  }
  const { credential, expiration } = wanted;
  if (credential.status !== 'pendingValidation') {
    sendPage(reply, failure(410, 'This request was answered before', `The access is ${credential.status}.`));
    return undefined;
  }
  if (expiration <= runtime.clock.now()) {
    const text = `It could be used until ${datetime(expiration)}. The application has to ask again.`;
    sendPage(reply, failure(410, 'This link has expired', text));
    return undefined;
  }
  return wanted;
}

function failure(status: number, title: string, text: string): Page {
  return { status, title, content: html`<p>${text}</p>` };
}

/** Checks account and password; people with a second factor get a code first. */
function logIn(visit: Visit, parts: Parts): FastifyReply {
  const { field, cause } = visit;
  const { api, logins, codes } = parts;
  const validity = validities.find(([name]) => name === field('validity'));
  if (!validity) return showLogin(visit, parts, 400, 'Please choose a validity.');
  const login = field('account').trim();
  const guarded = api.account.person(login)?.login ?? '';
  const wait = logins.waitOf(guarded);
  if (wait > 0) return showWait(visit, parts, wait);
  const person = api.account.logIn(login, field('password'));
  if (!person) {
    logins.failed(guarded);
    recordFailure(api, guarded, 'a wrong password', cause);
    return showLogin(visit, parts, 403, 'Invalid account or password.');
  }
  if (person.secondFactor === null) {
    logins.succeeded(guarded);
    return grant(visit, person, validity[2], api);
  }
  // The right password does not forget wrong codes: otherwise they could be tried without end.
  return showCode(visit, parts, codes.send(person, visit.wanted, validity[2], cause));
}

function confirmCode(visit: Visit, parts: Parts): FastifyReply {
  const { field, wanted, cause } = visit;
  const { api, logins, codes } = parts;
  const ticket = field('ticket');
  const pending = codes.find(ticket, wanted);
  if (!pending) return showLogin(visit, parts, 403, 'This code has expired. Please log in again.');
  const { person, validityMs } = pending;
  const wait = logins.waitOf(person.login);
  if (wait > 0) return showWait(visit, parts, wait);
  if (!codes.use(ticket, field('code'))) {
    logins.failed(person.login);
    recordFailure(api, person.login, 'a wrong code', cause);
    return showCode(visit, parts, ticket, 'Invalid code.');
  }
  logins.succeeded(person.login);
  return grant(visit, person, validityMs, api);
}

function grant({ wanted, reply, cause }: Visit, person: Person, validityMs: number | null, api: Api): FastifyReply {
  api.credentials.grant(wanted.credential, person, validityMs, cause);
  const target = webAddress(wanted.redirection);
  if (target !== undefined) return reply.header('cache-control', 'no-store').redirect(target, 303);
  const { name } = wanted.credential.application;
  return sendPage(reply, {
    title: 'Access granted',
    content: html`<p>${name} may now use its consumer key. You can close this page.</p>`,
  });
}

/** That the browser stays on the page after a refusal is assumed. */
function refuse({ wanted, reply, cause }: Visit, api: Api): FastifyReply {
  api.credentials.refuse(wanted.credential, cause);
  const { name } = wanted.credential.application;
  return sendPage(reply, {
    title: 'Access refused',
    content: html`<p>${name} gets no access. You can close this page.</p>`,
  });
}

/** A redirection that a browser may follow: the web, never a script. */
function webAddress(redirection: string | null): string | undefined {
  const url = redirection !== null && URL.canParse(redirection) ? new URL(redirection) : undefined;
  return url && /^https?:$/.test(url.protocol) ? url.href : undefined;
}

/** The journal never shows what was typed: it may be a password in the wrong field. */
function recordFailure({ runtime }: Api, login: string, what: string, cause: number): void {
  const who = login === '' ? 'an unknown account' : login;
  const event = 'ovh.validation.login-failed';
  runtime.journal.record({ plane: 'ovh', event, level: 'warn', text: `${what} for ${who}`, cause });
}

function showWait(visit: Visit, parts: Parts, wait: number): FastifyReply {
  const seconds = Math.ceil(wait / 1000);
  visit.reply.header('retry-after', String(seconds));
  return showLogin(visit, parts, 429, `Too many wrong attempts. Please wait ${seconds} s.`);
}

type Shown = Pick<Visit, 'request' | 'reply' | 'wanted'>;

function showLogin({ request, reply, wanted }: Shown, { forms }: Parts, status?: number, error?: string): FastifyReply {
  const { name } = wanted.credential.application;
  return sendPage(reply, {
    status,
    title: `Grant ${name} access to your account`,
    notice: error === undefined ? undefined : { kind: 'error', text: error },
    content: html`${about(wanted)}
<form method="post" action="${validationPath}" autocomplete="off">
${hidden(wanted)}
${forms.field(request, reply)}
<label>Account or account/user <input name="account" required autocomplete="username" autocapitalize="none" spellcheck="false"></label>
<label>Password <input name="password" type="password" required autocomplete="current-password"></label>
<label>Validity
<select name="validity">
${validities.map(([value, text]) => html`<option value="${value}">${text}</option>`)}
</select>
</label>
<div class="actions">
<button name="action" value="grant">Authorize access</button>
<button name="action" value="refuse" class="plain" formnovalidate>Refuse</button>
</div>
</form>`,
  });
}

function showCode({ request, reply, wanted }: Shown, { forms }: Parts, ticket: string, error?: string): FastifyReply {
  return sendPage(reply, {
    status: error === undefined ? 200 : 403,
    title: 'Confirm that it is you',
    notice: error === undefined ? undefined : { kind: 'error', text: error },
    content: html`<p>A code of six digits is on its way to you.</p>
<form method="post" action="${validationPath}" autocomplete="off">
${hidden(wanted)}
${forms.field(request, reply)}
<input type="hidden" name="ticket" value="${ticket}">
<label>Code <input name="code" required inputmode="numeric" pattern="[0-9]{6}" autocomplete="one-time-code"></label>
<div class="actions"><button name="action" value="confirm">Confirm</button></div>
</form>`,
  });
}

function hidden({ token }: CredentialRequest): Html {
  return html`<input type="hidden" name="credentialToken" value="${token}">`;
}

/** Who asks for what. */
function about({ credential, redirection }: CredentialRequest): Html {
  const { application, rules, allowedIPs } = credential;
  return html`${application.description === '' ? undefined : html`<p>${application.description}</p>`}
<p>The application asks to make these calls in your name:</p>
<table>
<thead><tr><th>Method</th><th>Path</th></tr></thead>
<tbody>
${rules.map(({ method, path }) => html`<tr><td>${method}</td><td><code>${path}</code></td></tr>`)}
</tbody>
</table>
${allowedIPs === null ? undefined : html`<p>It may call from: <code>${allowedIPs.join(', ')}</code></p>`}
${redirection === null ? undefined : html`<p class="soft">Afterwards you go on to <code>${redirection}</code></p>`}`;
}
