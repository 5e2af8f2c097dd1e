import { createHash, createVerify, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { beforeEach, expect, test } from 'vitest';
import { createRuntime, KeyPool, ManualClock, selfSigned } from '../../../core/index.ts';
import { TokenService } from '../../../vcenter-mock/sts/token-service.ts';
import { type Answer, envelope, type Lab, password, startLab, textOf, username } from '../lab.ts';
import { withRest } from '../rest/client.ts';

const wsse = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const wsu = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const trust = 'http://docs.oasis-open.org/ws-sx/ws-trust/200512';
const dsig = 'http://www.w3.org/2000/09/xmldsig#';
const c14n = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const keyPool = new KeyPool();

let lab: Lab;
beforeEach(async () => {
  lab = await startLab({ encryption: { keyPool } });
});

const security = (content: string) => `<wsse:Security xmlns:wsse="${wsse}">${content}</wsse:Security>`;
const login = (name = username, word = password) =>
  `<wsse:UsernameToken><wsse:Username>${name}</wsse:Username><wsse:Password>${word}</wsse:Password></wsse:UsernameToken>`;
const request = (keyType = 'Bearer', minutes = 5, kind = 'Issue') =>
  `<RequestSecurityToken xmlns="${trust}"><RequestType>${trust}/${kind}</RequestType>` +
  `<Lifetime><c:Created xmlns:c="${wsu}">2020-01-01T00:00:00.000Z</c:Created>` +
  `<c:Expires xmlns:c="${wsu}">2020-01-01T00:${String(minutes).padStart(2, '0')}:00.000Z</c:Expires></Lifetime>` +
  `<KeyType>${trust}/${keyType}</KeyType></RequestSecurityToken>`;

const sts = (header: string, body: string) =>
  lab.send('/sts/STSService/vsphere.local', envelope(body, security(header)));

const tokenOf = (answer: Answer) => {
  expect(answer.status, answer.body).toBe(200);
  return /<saml2:Assertion .*<\/saml2:Assertion>/s.exec(answer.body)![0];
};
const bearer = async () => tokenOf(await sts(login(), request()));

const loginByToken =
  '<LoginByToken xmlns="urn:vim25"><_this type="SessionManager">SessionManager</_this></LoginByToken>';
const withToken = (token: string) => lab.send('/sdk', envelope(loginByToken, security(token)));

test('a bearer token: who, how long, and a signature that anybody can check', async () => {
  const answer = await sts(login(), request());
  const token = tokenOf(answer);
  expect(token).toContain(`<saml2:NameID Format="http://schemas.xmlsoap.org/claims/UPN">${username}</saml2:NameID>`);
  expect(token).toContain('Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"');
  const conditions = '<saml2:Conditions NotBefore="2026-01-02T03:04:05.000Z" NotOnOrAfter="2026-01-02T03:09:05.000Z">';
  expect(token).toContain(conditions);
  expect(textOf(answer.body, 'wsu:Expires')).toBe('2026-01-02T03:09:05.000Z');

  // The token is written in its canonical form, so its digest needs no XML: everything but the signature.
  const signature = /<ds:Signature .*<\/ds:Signature>/s.exec(token)![0];
  const digest = createHash('sha256').update(token.replace(signature, '')).digest('base64');
  expect(textOf(signature, 'ds:DigestValue')).toBe(digest);
  const info = /<ds:SignedInfo>.*<\/ds:SignedInfo>/s.exec(signature)![0];
  const certificate = Buffer.from(textOf(signature, 'ds:X509Certificate')!, 'base64');
  const check = createVerify('sha256').update(info.replace('<ds:SignedInfo>', `<ds:SignedInfo xmlns:ds="${dsig}">`));
  expect(
    check.verify(new X509Certificate(certificate).publicKey, textOf(signature, 'ds:SignatureValue')!, 'base64'),
  ).toBe(true);
});

test('a wrong password, another kind of request and what is no request are faults of WS-Trust', async () => {
  const wrong = await sts(login(username, 'wrong'), request());
  expect(wrong.status).toBe(500);
  expect(textOf(wrong.body, 'faultcode')).toBe('ns0:FailedAuthentication');
  expect(textOf(wrong.body, 'faultstring')).toBe('Invalid credentials');
  expect(textOf((await sts('', request())).body, 'faultcode')).toBe('ns0:FailedAuthentication');
  for (const body of [request('Bearer', 5, 'Renew'), request('PublicKey'), '<a/>']) {
    expect(textOf((await sts(login(), body)).body, 'faultcode')).toBe('ns0:InvalidRequest');
  }
  const broken = await lab.send('/sts/STSService', '<!DOCTYPE a><a/>');
  expect(textOf(broken.body, 'faultcode')).toBe('ns0:InvalidRequest');
});

test('a bearer token lives five minutes at most, however long it was asked for', async () => {
  const token = tokenOf(await sts(login(), request('Bearer', 50)));
  expect(token).toContain('NotOnOrAfter="2026-01-02T03:09:05.000Z"');
});

test('LoginByToken opens a session of the token’s subject', async () => {
  const answer = await withToken(await bearer());
  expect(answer.status, answer.body).toBe(200);
  expect(textOf(answer.body, 'userName')).toBe('VSPHERE.LOCAL\\administrator');
  [lab.cookie] = answer.headers['set-cookie'] ?? [];
  const time = await lab.call(
    '<CurrentTime xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this></CurrentTime>',
  );
  expect(time.status).toBe(200);
  expect(JSON.stringify(lab.runtime.journal.entries())).not.toContain('SignatureValue');
});

test('a token is good until its end on the lab’s clock', async () => {
  const token = await bearer();
  await lab.clock.advance(5 * 60_000 - 1);
  expect((await withToken(token)).status).toBe(200);
  await lab.clock.advance(1);
  expect((await withToken(token)).body).toContain('InvalidLoginFault');
});

/** A token of an authority that has the same names but another key. */
async function forged(): Promise<string> {
  const runtime = createRuntime({ clock: new ManualClock(lab.clock.now()), seed: 'forger' });
  return (await new TokenService(runtime).issue({ subject: username }, 60_000)).token;
}

test.each<[string, (token: string) => string | Promise<string>]>([
  ['with another subject', (token) => token.replace(`>${username}<`, '>root@vsphere.local<')],
  ['with a longer life', (token) => token.replaceAll('2026-01-02T03:09:05.000Z', '2027-01-02T03:09:05.000Z')],
  ['without a signature', (token) => token.replace(/<ds:Signature .*<\/ds:Signature>/s, '')],
  ['of another authority', () => forged()],
  [
    'that is wrapped around a good one',
    (token) => {
      const id = /ID="([^"]+)"/.exec(token)![1]!;
      const signature = /<ds:Signature .*<\/ds:Signature>/s.exec(token)![0];
      const evil = token
        .replace(signature, '')
        .replaceAll(id, '_evil')
        .replace(`>${username}<`, '>root@vsphere.local<');
      return evil.replace('</saml2:Issuer>', `</saml2:Issuer>${signature}<x>${token}</x>`);
    },
  ],
  ['twice with the same id', (token) => `${token.replace(`>${username}<`, '>root@vsphere.local<')}${token}`],
  ['that is empty', () => ''],
])('a token %s is refused', async (_what, change) => {
  const answer = await withToken(await change(await bearer()));
  expect(answer.status).toBe(500);
  expect(answer.body).toContain('InvalidLoginFault');
  expect(answer.headers['set-cookie']).toHaveLength(1);
});

test('white space between the elements of a request does not matter, within the token it does', async () => {
  const token = await bearer();
  expect((await withToken(`\n  ${token}\n`)).status).toBe(200);
  expect((await withToken(token.replace('<saml2:Subject>', '\n<saml2:Subject>'))).status).toBe(500);
});

/** A client with a key of its own that signs the bodies of its requests, each text in its canonical form. */
function keyHolder() {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const runtime = createRuntime({ clock: new ManualClock(lab.clock.now()), seed: 'holder' });
  const certificate = new X509Certificate(selfSigned({ commonName: 'holder', keys }, runtime).certificatePem);
  return {
    certificate: certificate.raw.toString('base64'),
    /** A whole envelope with a signed body. */
    signed(header: string, content: string): string {
      const open = `<soapenv:Body xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:wsu="${wsu}" wsu:Id="_body">`;
      const body = `${open}${content}</soapenv:Body>`;
      const digest = createHash('sha256').update(body).digest('base64');
      const info = (ns: string) =>
        `<ds:SignedInfo${ns}><ds:CanonicalizationMethod Algorithm="${c14n}"></ds:CanonicalizationMethod>` +
        '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>' +
        `<ds:Reference URI="#_body"><ds:Transforms><ds:Transform Algorithm="${c14n}"></ds:Transform></ds:Transforms>` +
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>' +
        `<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`;
      const value = sign('sha256', Buffer.from(info(` xmlns:ds="${dsig}"`)), keys.privateKey).toString('base64');
      const signature = `<ds:Signature xmlns:ds="${dsig}">${info('')}<ds:SignatureValue>${value}</ds:SignatureValue></ds:Signature>`;
      return (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">' +
        `<soapenv:Header>${security(header + signature)}</soapenv:Header>${body}</soapenv:Envelope>`
      );
    },
    signText: (text: Buffer) => sign('sha256', text, keys.privateKey).toString('base64'),
  };
}

test('a holder-of-key token is worth nothing without its key', async () => {
  const holder = keyHolder();
  const binary = `<wsse:BinarySecurityToken>${holder.certificate}</wsse:BinarySecurityToken>`;
  const issue = (envelopeText: string) => lab.send('/sts/STSService', envelopeText);
  const token = tokenOf(await issue(holder.signed(binary + login(), request('PublicKey', 50))));
  expect(token).toContain('Method="urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"');
  expect(token).toContain('NotOnOrAfter="2026-01-02T03:54:05.000Z"');

  // Somebody else's certificate without its key is no proof.
  const stolen = keyHolder().signed(binary + login(), request('PublicKey'));
  expect(textOf((await issue(stolen)).body, 'faultcode')).toBe('ns0:FailedAuthentication');

  expect((await withToken(token)).body).toContain('InvalidLoginFault');
  const other = await lab.send('/sdk', keyHolder().signed(token, loginByToken));
  expect(other.body).toContain('InvalidLoginFault');
  const good = await lab.send('/sdk', holder.signed(token, loginByToken));
  expect(good.status, good.body).toBe(200);
  const changed = holder.signed(token, loginByToken).replace('</LoginByToken>', '<locale>de</locale></LoginByToken>');
  expect((await lab.send('/sdk', changed)).body).toContain('InvalidLoginFault');

  // REST: the key signs the request itself.
  const rest = withRest(lab);
  const zipped = gzipSync(token).toString('base64');
  const hash = createHash('sha256').update('').digest();
  const lines = ['1:2', 'POST', '/api/session', '127.0.0.1', String(lab.mock.port)].map((line) => `${line}\n`).join('');
  const signature = holder.signText(Buffer.concat([Buffer.from(lines), hash, Buffer.from('\n')]));
  const authorization = (nonce: string) =>
    `SIGN token="${zipped}", signature_alg="RSA-SHA256", signature="${signature}", nonce="${nonce}"`;
  const session = (text: string) => rest.rest('POST', '/api/session', { headers: { authorization: text } });
  expect((await session(authorization('1:2'))).status).toBe(201);
  expect((await session(authorization('1:3'))).status).toBe(401);
  expect((await session(`SIGN token="${zipped}"`)).status).toBe(401);
});

test('REST takes a bearer token in the scheme SIGN', async () => {
  const rest = withRest(lab);
  const session = (token: Buffer) =>
    rest.rest('POST', '/api/session', { headers: { authorization: `SIGN token="${token.toString('base64')}"` } });
  const good = await session(gzipSync(await bearer()));
  expect(good.status).toBe(201);
  expect((await rest.rest('GET', '/api/session', { token: String(good.json) })).json).toMatchObject({ user: username });
  expect((await session(gzipSync(await forged()))).status).toBe(401);
  expect((await session(Buffer.from('not compressed'))).status).toBe(401);
  // A megabyte that compresses well is not unpacked to its end.
  expect((await session(gzipSync(' '.repeat(1024 * 1024)))).status).toBe(401);
});

test('a token whose subject is no user of this vCenter opens nothing', async () => {
  const { token } = await lab.mock.vc.tokens.issue({ subject: 'nobody@vsphere.local' }, 60_000);
  expect((await withToken(token)).body).toContain('InvalidLoginFault');
});
