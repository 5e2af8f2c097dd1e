import { type KeyObject, X509Certificate } from 'node:crypto';
import { escapeXml } from '../vim/kernel/xml.ts';
import { dsig, envelopedSignature, signedElements } from './xml-signature.ts';
import { attributeOf, childNamed, childrenNamed, isNamed, textOf, type XmlNode } from './xml-tree.ts';

export const saml2 = 'urn:oasis:names:tc:SAML:2.0:assertion';
const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
const holderOfKey = 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key';

/** What a token says. */
export interface TokenClaims {
  /** `Administrator@vsphere.local`. */
  readonly subject: string;
  /** `vsphere.local\\Administrators`; not read back: vCenter looks its users up. */
  readonly groups?: readonly string[];
  /** ms since 1970. */
  readonly notBefore: number;
  readonly notOnOrAfter: number;
  /** The certificate (DER) whose key the bearer must show; without it whoever has the token is its subject. */
  readonly holder?: Buffer;
}

/** Who signs tokens. */
export interface TokenAuthority {
  readonly issuer: string;
  readonly key: KeyObject;
  readonly certificateDer: Buffer;
}

/** A signed SAML 2.0 assertion. documented form (vCenter Single Sign-On Programming Guide) */
export function writeToken(claims: TokenClaims, id: string, now: number, authority: TokenAuthority): string {
  const time = (ms: number) => new Date(ms).toISOString();
  const [notBefore, end] = [time(claims.notBefore), time(claims.notOnOrAfter)];
  const issuer = `<saml2:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">${escapeXml(authority.issuer)}</saml2:Issuer>`;
  const confirmation = claims.holder
    ? `<saml2:SubjectConfirmation Method="${holderOfKey}"><saml2:SubjectConfirmationData` +
      ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="saml2:KeyInfoConfirmationDataType">' +
      `<ds:KeyInfo xmlns:ds="${dsig}"><ds:X509Data><ds:X509Certificate>${claims.holder.toString('base64')}</ds:X509Certificate>` +
      '</ds:X509Data></ds:KeyInfo></saml2:SubjectConfirmationData></saml2:SubjectConfirmation>'
    : `<saml2:SubjectConfirmation Method="${bearer}">` +
      `<saml2:SubjectConfirmationData NotOnOrAfter="${end}"></saml2:SubjectConfirmationData></saml2:SubjectConfirmation>`;
  const groups = ['vsphere.local\\Everyone', ...(claims.groups ?? [])]
    .map(
      (group) =>
        '<saml2:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">' +
        `${escapeXml(group)}</saml2:AttributeValue>`,
    )
    .join('');
  const start = `<saml2:Assertion xmlns:saml2="${saml2}" ID="${id}" IssueInstant="${time(now)}" Version="2.0">`;
  const rest =
    '<saml2:Subject><saml2:NameID Format="http://schemas.xmlsoap.org/claims/UPN">' +
    `${escapeXml(claims.subject)}</saml2:NameID>${confirmation}</saml2:Subject>` +
    `<saml2:Conditions NotBefore="${notBefore}" NotOnOrAfter="${end}"></saml2:Conditions>` +
    `<saml2:AuthnStatement AuthnInstant="${time(now)}"><saml2:AuthnContext><saml2:AuthnContextClassRef>` +
    'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport' +
    '</saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement><saml2:AttributeStatement>' +
    '<saml2:Attribute FriendlyName="Groups" Name="http://rsa.com/schemas/attr-names/2009/01/GroupIdentity"' +
    ` NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri">${groups}</saml2:Attribute>` +
    '</saml2:AttributeStatement></saml2:Assertion>';
  const signature = envelopedSignature(`${start}${issuer}${rest}`, id, authority.key, authority.certificateDer);
  return `${start}${issuer}${signature}${rest}`;
}

/** What a token says when the authority has signed it and it is valid now; undefined otherwise. */
export function readToken(
  root: XmlNode,
  assertion: XmlNode,
  now: number,
  publicKey: KeyObject,
): TokenClaims | undefined {
  if (!isNamed(assertion, saml2, 'Assertion')) return undefined;
  const signature = childNamed(assertion, dsig, 'Signature');
  // The certificate in the signature is not asked: the authority's own key counts.
  if (!signature || !signedElements(root, signature, publicKey)?.includes(assertion)) return undefined;
  const conditions = childNamed(assertion, saml2, 'Conditions');
  const notBefore = Date.parse(attributeOf(conditions, 'NotBefore') ?? '');
  const notOnOrAfter = Date.parse(attributeOf(conditions, 'NotOnOrAfter') ?? '');
  if (!(notBefore <= now && now < notOnOrAfter)) return undefined;
  const subject = childNamed(assertion, saml2, 'Subject');
  const name = textOf(childNamed(subject, saml2, 'NameID'));
  const [confirmation] = childrenNamed(subject, saml2, 'SubjectConfirmation');
  const claims = { subject: name, notBefore, notOnOrAfter };
  switch (attributeOf(confirmation, 'Method')) {
    case bearer:
      return claims;
    case holderOfKey: {
      const data = childNamed(confirmation, saml2, 'SubjectConfirmationData');
      const info = childNamed(childNamed(data, dsig, 'KeyInfo'), dsig, 'X509Data');
      return { ...claims, holder: Buffer.from(textOf(childNamed(info, dsig, 'X509Certificate')), 'base64') };
    }
    default:
      return undefined;
  }
}

/** The public key of a certificate; undefined when it is none. */
export function keyOfCertificate(der: Buffer): KeyObject | undefined {
  try {
    return new X509Certificate(der).publicKey;
  } catch {
    // Not a certificate: what it should prove is not proved.
    return undefined;
  }
}
