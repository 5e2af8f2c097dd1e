import type { IncomingHttpHeaders } from 'node:http';
import type { User } from '../authorization/directory.ts';
import type { Session } from '../http/sessions.ts';
import { logOut, openSession, postBadLogin } from '../http/sign-in.ts';
import type { Vcenter } from '../vcenter.ts';
import { unauthenticated } from './errors.ts';
import type { Operation, RestCall } from './operation.ts';
import { subjectOfHeader } from './signed-request.ts';

/** Name of the header that carries the session's token, and of the cookie that may instead. documented */
export const sessionHeader = 'vmware-api-session-id';

/** The live session of a request's token. */
export function sessionOf(vc: Vcenter, headers: IncomingHttpHeaders): Session | undefined {
  const header = headers[sessionHeader];
  const token = typeof header === 'string' ? header : cookieOf(headers.cookie);
  return vc.sessions.find(token, 'rest');
}

function cookieOf(header: string | undefined): string | undefined {
  return /(?:^|[;,\s])vmware-api-session-id\s*=\s*"?([^";,\s]+)"?/.exec(header ?? '')?.[1];
}

/** User name and password of an Authorization header of the scheme Basic. */
function basicCredentials(header: string | undefined): { username: string; password: string } | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Who the Authorization header proves the client to be: by name and password, or by a single sign-on token. documented */
async function userOf(call: RestCall): Promise<User | undefined> {
  const { vc, http, cause } = call;
  const given = call.proof ?? basicCredentials(call.authorization);
  if (given && 'username' in given) {
    const user = vc.sessions.authenticate(given.username, given.password);
    if (!user) postBadLogin(vc, given.username, http.remoteAddress, cause);
    return user;
  }
  const claims = given && (await vc.tokens.readText(given.samlToken));
  // A holder-of-key token counts with the signature of its key alone.
  const subject = given ? (claims?.holder ? undefined : claims?.subject) : await subjectOfHeader(call);
  return subject === undefined ? undefined : vc.authorization.directory.user(subject);
}

async function create(call: RestCall): Promise<string> {
  const { vc, http, cause } = call;
  const user = await userOf(call);
  if (!user) throw unauthenticated();
  const session = openSession(vc, user, { ...http, locale: 'en', kind: 'rest' }, cause);
  // observed: the cookie is for the family that was asked; documented: none for a client that asks for none
  if (!call.headerOnly) {
    call.header('set-cookie', `${sessionHeader}=${session.cookie}; Path=/${call.root}; HttpOnly; Secure`);
  }
  return session.cookie;
}

/** vAPI com.vmware.cis.session.Info. */
function info({ session }: RestCall): object {
  return {
    user: session?.user.username,
    created_time: new Date(session?.loginTime ?? 0).toISOString(),
    last_accessed_time: new Date(session?.lastActive ?? 0).toISOString(),
  };
}

function end({ vc, session, cause }: RestCall): void {
  if (session) logOut(vc, session, cause);
}

const service = 'com.vmware.cis.session';
const paths = [
  { path: '/session', root: 'api' },
  { path: '/com/vmware/cis/session', root: 'rest' },
] as const;

/** com.vmware.cis.session: log in, look, log out. documented */
export const sessionOperations: readonly Operation[] = paths.flatMap((where): Operation[] => [
  {
    ...where,
    method: 'POST',
    anonymous: true,
    status: 201,
    rpc: { service, operation: 'create', result: 'secret' },
    run: create,
  },
  { ...where, method: 'GET', rpc: { service, operation: 'get', result: `${service}.info` }, run: info },
  { ...where, method: 'DELETE', rpc: { service, operation: 'delete' }, run: end },
]);
