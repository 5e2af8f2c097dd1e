import type { JsonObject } from '../../core/index.ts';
import { KeyrigError } from '../../core/index.ts';
import { createClients } from '../clients/index.ts';
import type { Lab } from '../lab.ts';
import { vcenterMarkDefault } from '../verbs/vcenter-mark-default.ts';
import { vcenterRegisterKmipServer } from '../verbs/vcenter-register-kmip-server.ts';
import { vcenterTrustKms } from '../verbs/vcenter-trust-kms.ts';
import { vcenterUploadClientCertificate } from '../verbs/vcenter-upload-client-certificate.ts';
import type { StepContext, Verb } from '../verbs/verb.ts';
import type { KeyProviderWorld } from './schema.ts';

/** Brings key providers into vCenter before the first step: by the calls that a user would make, so that no state is pretended. */
export async function prepareKeyProviders(lab: Lab, providers: readonly KeyProviderWorld[]): Promise<void> {
  const clients = createClients(lab);
  const context: StepContext = { lab, clients, pass: async () => {} };
  const act = async (verb: Verb, input: JsonObject) => {
    const result = await verb.run(context, verb.with.parse(input));
    if (result.fault)
      throw new KeyrigError(
        'ERR_SCENARIO',
        `the world cannot be prepared: ${verb.name}: ${JSON.stringify(result.fault)}`,
      );
  };
  try {
    for (const [index, provider] of providers.entries()) {
      const { name: cluster, trust } = provider;
      for (const kms of provider.kms?.map((name) => lab.kms(name)) ?? lab.allKms) {
        const server = { cluster, name: kms.name, address: kms.address, port: kms.port };
        const { username, password, timeoutSeconds } = provider;
        await act(vcenterRegisterKmipServer, { ...server, username, password, timeoutSeconds });
        if (trust?.server ?? true) await act(vcenterTrustKms, server);
      }
      const client = trust?.client ?? 'uploaded';
      if (client !== 'none') {
        const identity =
          client === 'uploaded' ? lab.clientIdentities.get('vcenter') : await lab.pki.client('vcenter', client);
        await act(vcenterUploadClientCertificate, {
          cluster,
          certificate: identity?.certificatePem,
          privateKey: identity?.privateKeyPem,
        });
      }
      // documented (vcenter.md 7.1): the first one becomes the default
      if (provider.default ?? index === 0) await act(vcenterMarkDefault, { cluster });
    }
  } finally {
    await clients.close();
  }
}
