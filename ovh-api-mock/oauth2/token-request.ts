import type { Account, ServiceAccount } from '../account/account.ts';

/** Why there is no token: the members of RFC 6749, 5.2. */
export interface TokenRefusal {
  status: 400 | 401;
  error: string;
  description?: string;
  /** For the journal. */
  reason: string;
}

/** What the token endpoint reads of a request. */
export interface TokenRequest {
  contentType: string | undefined;
  authorization: string | undefined;
  body: Buffer;
}

const mediaType = 'application/x-www-form-urlencoded';

/** The client that may have a token: client credentials in HTTP Basic or in the form (RFC 6749, 2.3.1 and 4.4; spec 2.4). */
export function readTokenRequest(request: TokenRequest, account: Account): ServiceAccount | TokenRefusal {
  const type = request.contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== mediaType) return invalidRequest(`the body must be ${mediaType}`);
  const form = new URLSearchParams(request.body.toString('utf8'));
  const names = ['grant_type', 'scope', 'client_id', 'client_secret'];
  const twice = names.find((name) => form.getAll(name).length > 1);
  if (twice) return invalidRequest(`${twice} must not be given twice`);

  const basic = readBasic(request.authorization);
  const clientId = form.get('client_id');
  const clientSecret = form.get('client_secret');
  const inForm = clientId !== null && clientSecret !== null ? [{ clientId, clientSecret }] : [];
  const given = basic ?? inForm;
  if (given.length === 0) return invalidClient('the request names no client id and secret');
  const client = given.map((pair) => account.authenticateClient(pair.clientId, pair.clientSecret)).find(Boolean);
  if (!client) {
    const known = given.find((pair) => account.serviceAccount(pair.clientId));
    return invalidClient(known ? `the secret of client ${known.clientId} is wrong` : 'there is no such client id');
  }
  if (
    (clientId ?? client.clientId) !== client.clientId ||
    (clientSecret ?? client.clientSecret) !== client.clientSecret
  ) {
    return invalidRequest('the client authenticates in two ways that differ');
  }
  const grantType = form.get('grant_type');
  if (grantType === null) return invalidRequest('grant_type is missing');
  if (grantType !== 'client_credentials') {
    return { status: 400, error: 'unsupported_grant_type', reason: 'grant_type is not client_credentials' };
  }
  // Only `all` is documented; that others are refused is assumed.
  const scope = form.get('scope') ?? 'all';
  if (scope !== 'all') return { status: 400, error: 'invalid_scope', reason: 'scope is not all' };
  return client;
}

interface ClientCredentials {
  clientId: string;
  clientSecret: string;
}

/**
 * What HTTP Basic can mean: id and secret are form-encoded before they are put together (RFC 6749, 2.3.1; the Node client does so), but
 * the Python client leaves them as they are (observed).
 */
function readBasic(authorization: string | undefined): ClientCredentials[] | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/=_-]*) *$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return [];
  const clientId = text.slice(0, colon);
  const clientSecret = text.slice(colon + 1);
  return [
    { clientId, clientSecret },
    { clientId: formDecoded(clientId), clientSecret: formDecoded(clientSecret) },
  ];
}

function formDecoded(text: string): string {
  return new URLSearchParams(`=${text.replaceAll('&', '%26')}`).get('') ?? '';
}

function invalidRequest(description: string): TokenRefusal {
  return { status: 400, error: 'invalid_request', description, reason: description };
}

/** The text is documented (spec 2.4); it is not the code of the RFC. */
function invalidClient(reason: string): TokenRefusal {
  return { status: 401, error: 'Invalid client', reason };
}
