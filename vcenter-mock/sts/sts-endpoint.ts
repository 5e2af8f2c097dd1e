import type { FastifyInstance, FastifyReply } from 'fastify';
import type { User } from '../authorization/directory.ts';
import { takeTextBodies } from '../http/text-bodies.ts';
import type { Vcenter } from '../vcenter.ts';
import { escapeXml } from '../vim/kernel/xml.ts';
import { saml2 } from './saml-token.ts';
import { bodyIsSignedBy, securityOf, soap11, treeOf, wsse } from './token-service.ts';
import { childNamed, elements, isNamed, textOf, type XmlNode } from './xml-tree.ts';

const trust = 'http://docs.oasis-open.org/ws-sx/ws-trust/200512';
const actAs = 'http://docs.oasis-open.org/ws-sx/ws-trust/200802';
const wsu = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';

const minute = 60_000;
/** documented defaults of the longest lifetimes: 5 minutes for a bearer token, 30 days for a holder-of-key token */
const longest = { bearer: 5 * minute, holderOfKey: 30 * 24 * 60 * minute };

/** What went wrong, as WS-Trust 1.3 §11 names it. */
class TrustFault extends Error {
  readonly code: 'FailedAuthentication' | 'InvalidRequest';

  constructor(code: TrustFault['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** reported by users */
const failedAuthentication = () => new TrustFault('FailedAuthentication', 'Invalid credentials');
/** The texts are assumed. */
const invalidRequest = (text: string) => new TrustFault('InvalidRequest', text);

/**
 * The security token service, as far as logging in needs it: WS-Trust Issue for a user name and password, or for another token's
 * subject (ActAs), as a bearer token or for the key of a certificate that signed the request. The time stamps of requests are the
 * client's and are not looked at: the lab's clock may be elsewhere.
 */
export function serveSts(app: FastifyInstance, vc: Vcenter): void {
  app.register(async (scope) => {
    takeTextBodies(scope);
    for (const url of ['/sts/STSService', '/sts/STSService/:domain']) {
      scope.post(url, async (request, reply) => {
        const entry = vc.runtime.journal.record({
          plane: 'vcenter',
          event: 'vcenter.sts.request',
          text: 'a security token is asked for',
          data: { userAgent: request.headers['user-agent'] },
        });
        return answer(vc, typeof request.body === 'string' ? request.body : '', reply, entry.seq);
      });
    }
  });
}

async function answer(vc: Vcenter, text: string, reply: FastifyReply, cause: number): Promise<FastifyReply> {
  reply.header('content-type', 'text/xml; charset=utf-8');
  try {
    return reply.send(envelope(await issue(vc, text, cause)));
  } catch (error) {
    if (!(error instanceof TrustFault)) throw error;
    vc.runtime.journal.record({
      plane: 'vcenter',
      event: 'vcenter.sts.fault',
      level: 'warn',
      text: `no token was issued: ${error.code}: ${error.message}`,
      cause,
    });
    return reply
      .code(500)
      .send(
        envelope(
          `<S:Fault xmlns:ns0="${trust}"><faultcode>ns0:${error.code}</faultcode>` +
            `<faultstring>${escapeXml(error.message)}</faultstring></S:Fault>`,
        ),
      );
  }
}

async function issue(vc: Vcenter, text: string, cause: number): Promise<string> {
  const root = treeOf(text);
  const request = childNamed(root && childNamed(root, soap11, 'Body'), trust, 'RequestSecurityToken');
  if (!root || !request) throw invalidRequest('The request is no RequestSecurityToken.');
  const kind = textOf(childNamed(request, trust, 'RequestType'));
  if (kind !== `${trust}/Issue`) throw invalidRequest(`The request type ${kind.slice(0, 100)} is not supported.`);
  const holder = holderOf(root);
  const wantsKey = textOf(childNamed(request, trust, 'KeyType')) === `${trust}/PublicKey`;
  if (wantsKey && !holder) throw invalidRequest('A holder-of-key token needs a certificate that signed the request.');
  const user = await requester(vc, root, request, holder);
  if (!user) throw failedAuthentication();
  const key = wantsKey ? holder : undefined;
  const lifetime = Math.min(lifetimeOf(request), key ? longest.holderOfKey : longest.bearer);
  const groups = vc.authorization.directory
    .groupsOf(user.username)
    .map((group) => group.replace(/^(.*)@(.*)$/, '$2\\$1'));
  const { token, claims } = await vc.tokens.issue({ subject: user.username, groups, holder: key }, lifetime);
  vc.runtime.journal.record({
    plane: 'vcenter',
    event: 'vcenter.sts.issued',
    text: `a ${key ? 'holder-of-key' : 'bearer'} token was issued for ${user.username}`,
    data: { user: user.username, until: new Date(claims.notOnOrAfter).toISOString() },
    cause,
  });
  const time = (ms: number) => new Date(ms).toISOString();
  return (
    `<RequestSecurityTokenResponseCollection xmlns="${trust}"><RequestSecurityTokenResponse>` +
    `<TokenType>${saml2}</TokenType>` +
    `<Lifetime><wsu:Created xmlns:wsu="${wsu}">${time(claims.notBefore)}</wsu:Created>` +
    `<wsu:Expires xmlns:wsu="${wsu}">${time(claims.notOnOrAfter)}</wsu:Expires></Lifetime>` +
    `<RequestedSecurityToken>${token}</RequestedSecurityToken>` +
    '</RequestSecurityTokenResponse></RequestSecurityTokenResponseCollection>'
  );
}

/** Who asks: by name and password, or by a token whose subject the certificate's owner acts as. */
async function requester(
  vc: Vcenter,
  root: XmlNode,
  request: XmlNode,
  holder: Buffer | undefined,
): Promise<User | undefined> {
  const login = childNamed(securityOf(root), wsse, 'UsernameToken');
  if (login) {
    const [name, word] = [childNamed(login, wsse, 'Username'), childNamed(login, wsse, 'Password')].map(textOf);
    return vc.sessions.authenticate(name ?? '', word ?? '');
  }
  const assertion = elements(childNamed(request, actAs, 'ActAs')).find((node) => isNamed(node, saml2, 'Assertion'));
  const claims = assertion && holder ? await vc.tokens.read(root, assertion) : undefined;
  return claims && vc.authorization.directory.user(claims.subject);
}

/** The certificate that came along and whose key signed the request. @throws when it came and did not sign */
function holderOf(root: XmlNode): Buffer | undefined {
  const token = childNamed(securityOf(root), wsse, 'BinarySecurityToken');
  if (!token) return undefined;
  const certificate = Buffer.from(textOf(token), 'base64');
  if (!bodyIsSignedBy(root, certificate)) throw failedAuthentication();
  return certificate;
}

/** How long the token shall live: the difference of the client's times. */
function lifetimeOf(request: XmlNode): number {
  const lifetime = childNamed(request, trust, 'Lifetime');
  const at = (name: string) => Date.parse(textOf(childNamed(lifetime, wsu, name)));
  const asked = at('Expires') - at('Created');
  return asked > 0 ? asked : longest.bearer;
}

function envelope(content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><S:Envelope xmlns:S="${soap11}"><S:Body>${content}</S:Body></S:Envelope>`;
}
