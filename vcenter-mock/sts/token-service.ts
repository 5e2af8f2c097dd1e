import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { KeyPool, type Runtime, selfSigned } from '../../core/index.ts';
import { keyOfCertificate, readToken, saml2, type TokenAuthority, type TokenClaims, writeToken } from './saml-token.ts';
import { dsig, signedElements } from './xml-signature.ts';
import { childNamed, elements, isNamed, parseTree, type XmlNode, XmlTreeError } from './xml-tree.ts';

export const soap11 = 'http://schemas.xmlsoap.org/soap/envelope/';
export const wsse = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';

/** Bytes of a token that are looked at. */
export const tokenLimit = 64 * 1024;

/** The identity that signs tokens, PEM; nothing while no token was asked for. */
export type SavedSigner = { readonly certificatePem: string; readonly privateKeyPem: string } | null;

/** The tokens of a vCenter: it issues them and knows its own. Validity goes by the lab's clock. */
export class TokenService {
  readonly #runtime: Runtime;
  readonly #keyPool: KeyPool;
  #authority: Promise<Signer> | undefined;
  #identity: SavedSigner = null;

  constructor(runtime: Runtime, keyPool: KeyPool = new KeyPool()) {
    this.#runtime = runtime;
    this.#keyPool = keyPool;
  }

  /** The signing key is made when it is first needed: most labs never ask for a token. */
  #sign(): Promise<Signer> {
    this.#authority ??= this.#keyPool.get('vcenter sts').then((keys) => {
      const { certificatePem, privateKeyPem } = selfSigned({ commonName: 'ssoserverSign', keys }, this.#runtime);
      this.#identity = { certificatePem, privateKeyPem };
      return signer(this.#identity);
    });
    return this.#authority;
  }

  /** In words: the signing key is being made. */
  get running(): string[] {
    return this.#authority && !this.#identity ? ['the signing key of single sign-on is being made'] : [];
  }

  save(): SavedSigner {
    return this.#identity;
  }

  restore(identity: SavedSigner): void {
    this.#identity = identity;
    this.#authority = identity ? Promise.resolve(signer(identity)) : undefined;
  }

  /** A new token for a user from now on. */
  async issue(
    who: Pick<TokenClaims, 'subject' | 'groups' | 'holder'>,
    lifetimeMs: number,
  ): Promise<{ token: string; claims: TokenClaims }> {
    const now = this.#runtime.clock.now();
    const claims: TokenClaims = { ...who, notBefore: now, notOnOrAfter: now + lifetimeMs };
    const id = `_${this.#runtime.random.stream('vcenter.sts').uuid()}`;
    return { token: writeToken(claims, id, now, await this.#sign()), claims };
  }

  /** What an assertion of a document says; undefined when it is not one of this vCenter's, or not valid now. */
  async read(root: XmlNode, assertion: XmlNode): Promise<TokenClaims | undefined> {
    const { publicKey } = await this.#sign();
    return readToken(root, assertion, this.#runtime.clock.now(), publicKey);
  }

  /** What a token by itself says. */
  async readText(token: string): Promise<TokenClaims | undefined> {
    const root = token.length > tokenLimit ? undefined : treeOf(token);
    return root && this.read(root, root);
  }

  /**
   * Whose token is in the WS-Security header of a SOAP envelope. A holder-of-key token counts only when its key has signed the
   * body of the envelope.
   */
  async subjectOf(envelope: string): Promise<string | undefined> {
    const root = treeOf(envelope);
    const security = root && securityOf(root);
    const assertion = elements(security).find((node) => isNamed(node, saml2, 'Assertion'));
    const claims = root && assertion && (await this.read(root, assertion));
    if (!root || !claims) return undefined;
    if (!claims.holder) return claims.subject;
    return bodyIsSignedBy(root, claims.holder) ? claims.subject : undefined;
  }
}

type Signer = TokenAuthority & { readonly publicKey: KeyObject };

function signer({ certificatePem, privateKeyPem }: NonNullable<SavedSigner>): Signer {
  const certificate = new X509Certificate(certificatePem);
  return {
    issuer: 'https://localhost/websso/SAML2/Metadata/vsphere.local',
    key: createPrivateKey(privateKeyPem),
    publicKey: certificate.publicKey,
    certificateDer: certificate.raw,
  };
}

/** The document; undefined when the text is no XML that is accepted. */
export function treeOf(text: string): XmlNode | undefined {
  try {
    return parseTree(text);
  } catch (error) {
    if (error instanceof XmlTreeError) return undefined;
    throw error;
  }
}

/** The WS-Security header of an envelope. */
export function securityOf(root: XmlNode): XmlNode | undefined {
  return childNamed(childNamed(root, soap11, 'Header'), wsse, 'Security');
}

/** Whether the signature in the WS-Security header is of that certificate's key and is about the body. */
export function bodyIsSignedBy(root: XmlNode, certificate: Buffer): boolean {
  const key = keyOfCertificate(certificate);
  const signature = childNamed(securityOf(root), dsig, 'Signature');
  const body = childNamed(root, soap11, 'Body');
  return Boolean(key && signature && body && signedElements(root, signature, key)?.includes(body));
}
