import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import { canonicalize, exclusiveC14n } from './exclusive-c14n.ts';
import { attributeOf, childNamed, childrenNamed, elements, parseTree, textOf, walk, type XmlNode } from './xml-tree.ts';

/** XML Signature (W3C), as far as WS-Security and SAML use it here. */
export const dsig = 'http://www.w3.org/2000/09/xmldsig#';

const enveloped = `${dsig}enveloped-signature`;
const digests: Readonly<Record<string, string>> = {
  'http://www.w3.org/2001/04/xmlenc#sha256': 'sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512': 'sha512',
};
const algorithms: Readonly<Record<string, string>> = {
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': 'sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': 'sha512',
};

/** Most references that a signature may have. */
const referenceLimit = 10;

/**
 * What a signature vouches for: the elements whose digests and whose signature are right; undefined when anything is not.
 * @param root the document that the references are looked up in
 */
export function signedElements(root: XmlNode, signature: XmlNode, key: KeyObject): XmlNode[] | undefined {
  const info = childNamed(signature, dsig, 'SignedInfo');
  const method = childNamed(info, dsig, 'CanonicalizationMethod');
  const algorithm = algorithms[attributeOf(childNamed(info, dsig, 'SignatureMethod'), 'Algorithm') ?? ''];
  if (!info || !method || !algorithm || attributeOf(method, 'Algorithm') !== exclusiveC14n) return undefined;
  const text = canonicalize(info, { inclusive: inclusiveOf(method) });
  const value = Buffer.from(textOf(childNamed(signature, dsig, 'SignatureValue')), 'base64');
  if (!verify(algorithm, Buffer.from(text, 'utf8'), key, value)) return undefined;
  const references = childrenNamed(info, dsig, 'Reference');
  if (references.length === 0 || references.length > referenceLimit) return undefined;
  const found: XmlNode[] = [];
  for (const reference of references) {
    const target = targetOf(root, attributeOf(reference, 'URI') ?? '');
    if (!target || digestOf(reference, target, signature) !== textOf(childNamed(reference, dsig, 'DigestValue'))) {
      return undefined;
    }
    found.push(target);
  }
  return found;
}

/** The one element with that id: two with the same are how signatures are wrapped around something else. */
function targetOf(root: XmlNode, uri: string): XmlNode | undefined {
  if (uri === '') return root;
  const id = uri.slice(1);
  const found = [...walk(root)].filter((node) => node.attributes.some(([name, value]) => value === id && isId(name)));
  return found.length === 1 ? found[0] : undefined;
}

function isId(name: string): boolean {
  return name === 'ID' || name === 'Id' || name.endsWith(':Id');
}

function digestOf(reference: XmlNode, target: XmlNode, signature: XmlNode): string | undefined {
  const digest = digests[attributeOf(childNamed(reference, dsig, 'DigestMethod'), 'Algorithm') ?? ''];
  if (!digest) return undefined;
  let without: XmlNode | undefined;
  let inclusive: string[] = [];
  for (const transform of childrenNamed(childNamed(reference, dsig, 'Transforms'), dsig, 'Transform')) {
    const algorithm = attributeOf(transform, 'Algorithm');
    if (algorithm === enveloped) without = signature;
    else if (algorithm === exclusiveC14n) inclusive = inclusiveOf(transform);
    else return undefined;
  }
  return createHash(digest).update(canonicalize(target, { inclusive, without }), 'utf8').digest('base64');
}

function inclusiveOf(method: XmlNode): string[] {
  const list = elements(method).find(({ name }) => name.endsWith('InclusiveNamespaces'));
  return (attributeOf(list, 'PrefixList') ?? '').split(/\s+/).filter((prefix) => prefix !== '');
}

/** An enveloped signature of an element, RSA with SHA-256, with its certificate. */
export function envelopedSignature(element: string, id: string, key: KeyObject, certificateDer: Buffer): string {
  const digest = createHash('sha256')
    .update(canonicalize(parseTree(element)), 'utf8')
    .digest('base64');
  const c14n = `<ds:Transform Algorithm="${exclusiveC14n}"></ds:Transform>`;
  const info =
    `<ds:SignedInfo xmlns:ds="${dsig}">` +
    `<ds:CanonicalizationMethod Algorithm="${exclusiveC14n}"></ds:CanonicalizationMethod>` +
    '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>' +
    `<ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="${enveloped}"></ds:Transform>${c14n}` +
    '</ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>' +
    `<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`;
  const value = sign('sha256', Buffer.from(canonicalize(parseTree(info)), 'utf8'), key).toString('base64');
  return (
    `<ds:Signature xmlns:ds="${dsig}">${info.replace(` xmlns:ds="${dsig}"`, '')}` +
    `<ds:SignatureValue>${value}</ds:SignatureValue><ds:KeyInfo><ds:X509Data>` +
    `<ds:X509Certificate>${certificateDer.toString('base64')}</ds:X509Certificate>` +
    '</ds:X509Data></ds:KeyInfo></ds:Signature>'
  );
}
