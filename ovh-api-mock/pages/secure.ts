import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { admits } from '../allowed-networks.ts';
import type { Api } from '../api.ts';
import type { Service } from '../services.ts';
import { html } from './html.ts';
import { formOf, type Page, sendPage } from './page.ts';

const path = '/secure/';

/**
 * The secure interface of a service (documented, spec 5), as far as operations are validated there: load the operation by its id, enter its
 * token, confirm. It answers authorised addresses alone where the service's userAccessPolicy is `filtered`. In the real world each service has a
 * host name of its own for it; here the Host header tells the service when it has that form, else the page asks.
 */
export function serveSecure(app: FastifyInstance, api: Api): void {
  app.get('/secure', (_request, reply) => reply.redirect(path));
  app.get(path, (request, reply) => {
    const { service = '', operation = '' } = request.query as Record<string, string | undefined>;
    return answer(request, reply, { service, operation }, api);
  });
  app.post(path, (request, reply) => {
    const field = formOf(request);
    const asked = { service: field('service'), operation: field('operation'), token: field('token') };
    return answer(request, reply, asked, api);
  });
}

interface Asked {
  service: string;
  operation: string;
  /** Present when an operation shall be confirmed. */
  token?: string;
}

function answer(request: FastifyRequest, reply: FastifyReply, asked: Asked, api: Api): FastifyReply {
  const service = serviceOf(request, asked.service, api);
  const { assumed } = api;
  if (service && !admits(api, service.serviceName, request.socket.remoteAddress ?? '')) {
    return sendPage(reply, {
      status: 403,
      title: 'Operation validation',
      notice: { kind: 'error', text: assumed.secureForbiddenText },
      content: html``,
    });
  }
  return sendPage(reply, { title: 'Operation validation', ...pageOf(service, asked, api) });
}

function pageOf(service: Service | undefined, asked: Asked, api: Api): Omit<Page, 'title'> {
  const { operation, token } = asked;
  const find = (text?: string): Omit<Page, 'title'> => ({
    status: text ? 404 : 200,
    notice: text ? { kind: 'error', text } : undefined,
    content: findForm(service?.serviceName ?? asked.service, operation, api),
  });
  if (operation === '') return find();
  const taskId = /^\d{1,15}$/.test(operation) ? Number(operation) : Number.NaN;
  const serviceName = service?.serviceName ?? '';
  const waiting = api.operationTokens.waiting(serviceName, taskId);
  if (!waiting) return find('No operation with this id waits for a token.');
  const form = html`<table>
<tr><th>Service</th><td>${serviceName}</td></tr>
<tr><th>Operation</th><td>${waiting.name}</td></tr>
<tr><th>Operation id</th><td>${taskId}</td></tr>
</table>
<form method="post" action="${path}">
<input type="hidden" name="service" value="${serviceName}">
<input type="hidden" name="operation" value="${taskId}">
<label>Token <input name="token" required autocomplete="one-time-code" autofocus></label>
<div class="actions"><button>Confirm operation</button></div>
</form>`;
  if (token === undefined) return { content: form };
  switch (api.operationTokens.enter(serviceName, taskId, token)) {
    case 'confirmed':
      return {
        notice: { kind: 'success', text: `Operation ${taskId} (${waiting.name}) is confirmed.` },
        content: html`<p><a href="${path}">Validate another operation</a></p>`,
      };
    case 'wrong':
      return { status: 403, notice: { kind: 'error', text: 'This token is not right.' }, content: form };
    case 'too many':
      return {
        status: 403,
        notice: { kind: 'error', text: 'Too many wrong tokens: this operation can no longer be confirmed.' },
        content: html`<p><a href="${path}">Validate another operation</a></p>`,
      };
    default:
      return find('No operation with this id waits for a token.');
  }
}

function findForm(serviceName: string, operation: string, api: Api) {
  const names = api.services.all.map((service) => service.serviceName);
  // The choice of one is none, and nobody finds theirs among hundreds.
  const chosen = serviceName || (names.length === 1 ? names[0]! : '');
  return html`<p class="soft">Load the operation whose id and token came by SMS.</p>
<form method="get" action="${path}">
<label>Service <input name="service" required value="${chosen}" placeholder="pcc-192-0-2-10"></label>
<label>Operation id <input name="operation" required inputmode="numeric" value="${operation}" autofocus></label>
<div class="actions"><button>Load operation</button></div>
</form>`;
}

function serviceOf(request: FastifyRequest, name: string, api: Api): Service | undefined {
  const host = /^(pcc-[\w-]+)\.ovh\.(?:com|de|us|ca)(?::\d+)?$/i.exec(request.host)?.[1] ?? '';
  const only = api.services.all.length === 1 ? api.services.all[0] : undefined;
  return api.services.get(name) ?? (name === '' ? (api.services.get(host) ?? only) : undefined);
}
