import { createKmipServer, type KmipServer, type KmipServerOptions } from '../../../kmip-server/index.ts';
import { type Answer, finished, type Lab, loggedIn, textOf } from '../lab.ts';
import { encryptionPolicy, keyPool, type Pki } from './lab.ts';

const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

/** `<tag><id>value</id></tag>`: a KeyProviderId. */
export const id = (tag: string, value: string) => `<${tag}><id>${value}</id></${tag}>`;

/** A vCenter over SOAP and keyrig's own KMS over TLS. */
export interface SoapLab {
  lab: Lab;
  kms: KmipServer;
  /** Calls CryptoManagerKmip; `action` is the SOAPAction. */
  crypto(method: string, content?: string, action?: string): Promise<Answer>;
  /** Calls an object of the inventory by its name. */
  on(type: string, name: string, method: string, content?: string): Promise<Answer>;
  /** Edits the storage policies as the vSphere Client does. @returns TaskInfo */
  encrypt(vm: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts both; they trust one another under the provider `guide`, which is the default, unless `trust` is false. */
export async function startSoapLab(
  pki: Pki,
  options: Parameters<typeof loggedIn>[0] & { trust?: boolean; kms?: Partial<KmipServerOptions> } = {},
): Promise<SoapLab> {
  const { trust = true, kms: kmsOptions, ...rest } = options;
  const lab = await loggedIn({
    inventory: {
      hosts: [{ name: 'esx-01' }, { name: 'esx-02' }],
      vms: [
        { name: 'web', host: 'esx-01' },
        { name: 'db', host: 'esx-01' },
      ],
    },
    encryption: { keyPool },
    ...rest,
  });
  const kms = createKmipServer(
    { port: 0, identity: pki.server, ca: [pki.ca.certificatePem], ...kmsOptions },
    lab.runtime,
  );
  await kms.start();
  const soap: SoapLab = {
    lab,
    kms,
    crypto: (method, content = '', action) =>
      lab.call(
        `<${method} xmlns="urn:vim25" ${xsi}><_this type="CryptoManagerKmip">CryptoManager</_this>${content}</${method}>`,
        action,
      ),
    on: (type, name, method, content = '') =>
      lab.call(
        `<${method} xmlns="urn:vim25" ${xsi}><_this type="${type}">${refOf(lab, type, name)}</_this>${content}</${method}>`,
      ),
    encrypt: async (vm) => {
      const profile = `xsi:type="VirtualMachineDefinedProfileSpec"><profileId>${encryptionPolicy}</profileId>`;
      const spec =
        '<spec><deviceChange><operation>edit</operation><device xsi:type="VirtualDisk"><key>2000</key></device>' +
        `<profile ${profile}</profile></deviceChange><vmProfile ${profile}</vmProfile></spec>`;
      return finished(lab, await soap.on('VirtualMachine', vm, 'ReconfigVM_Task', spec));
    },
    stop: () => kms.stop(),
  };
  if (trust) await trustBothWays(soap, pki);
  return soap;
}

function refOf(lab: Lab, type: string, name: string): string {
  if (type === 'ClusterComputeResource') return lab.mock.inventory.clusters[0]!.ref.value;
  if (!type.startsWith('CryptoManager')) return lab.ref(name);
  return lab.mock.inventory.host(name)!.get('configManager').cryptoManager!.value;
}

/** All the steps of the guide up to the status Normal. */
async function trustBothWays({ lab, kms, crypto }: SoapLab, pki: Pki): Promise<void> {
  const server = `<name>kms1</name><address>127.0.0.1</address><port>${kms.port}</port>`;
  await crypto('RegisterKmipServer', `<server>${id('clusterId', 'guide')}<info>${server}</info></server>`);
  const shown = await crypto('RetrieveKmipServerCert', `${id('keyProvider', 'guide')}<server>${server}</server>`);
  const trusted = `<certificate>${textOf(shown.body, 'certificate')}</certificate>`;
  await crypto('UploadKmipServerCert', `${id('cluster', 'guide')}${trusted}`);
  const { certificatePem, privateKeyPem } = pki.client;
  const own = `<certificate>${certificatePem}</certificate><privateKey>${privateKeyPem}</privateKey>`;
  await crypto('UploadClientCert', `${id('cluster', 'guide')}${own}`);
  await crypto('MarkDefault', id('clusterId', 'guide'));
  await lab.mock.encryption.settled();
}
