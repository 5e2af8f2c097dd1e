import { expect, test } from 'vitest';
import { child, parseXml } from '../../vcenter-mock/vim/kernel/xml.ts';
import { startLab } from './lab.ts';

const get = async (path: string, version: '6.7' | '8.0') => {
  const lab = await startLab({ version });
  const { status, body } = await lab.send(path, '', { method: 'GET' });
  expect(status).toBe(200);
  return body;
};

test('the service is where the client reached it', async () => {
  const lab = await startLab();
  const { body } = await lab.send('/sdk/vimService.wsdl', '', { method: 'GET' });
  expect(body).toContain('<import location="vim.wsdl" namespace="urn:vim25"/>');
  expect(body).toContain(`<soap:address location="https://127.0.0.1:${lab.mock.port}/sdk/vimService"/>`);
});

test('what is newer than the server is not in its WSDL', async () => {
  const old = await get('/sdk/vim.wsdl', '6.7');
  expect(old).toContain('soapAction="urn:vim25/6.7.3"');
  expect(old).toContain('<operation name="RegisterKmipServer">');
  expect(old).not.toContain('RegisterKmsCluster');
  const now = await get('/sdk/vim.wsdl', '8.0');
  expect(now).toContain('<operation name="RegisterKmsCluster">');
});

test('types stand with their base, order, optionality and arrays', async () => {
  const wsdl = await get('/sdk/vim.wsdl', '8.0');
  expect(wsdl).toContain(
    '<complexType name="CryptoKeyId"><complexContent><extension base="vim25:DynamicData"><sequence><element name="keyId" type="xsd:string"/><element name="providerId" type="vim25:KeyProviderId" minOccurs="0"/></sequence></extension></complexContent></complexType>',
  );
  expect(wsdl).toContain('<element name="servers" type="vim25:KmipServerInfo" minOccurs="0" maxOccurs="unbounded"/>');
  expect(wsdl).toContain(
    '<complexType name="ArrayOfKmipClusterInfo"><sequence><element name="KmipClusterInfo" type="vim25:KmipClusterInfo" minOccurs="0" maxOccurs="unbounded"/></sequence></complexType>',
  );
  const definitions = parseXml(wsdl);
  expect(child(definitions, 'types')?.children[0]?.attributes.targetNamespace).toBe('urn:vim25');
});
