import type { KeyProvider } from '../crypto/index.ts';
import { hostExcluded, notBackedUp } from '../crypto/native-rules.ts';
import { cryptoOf } from '../crypto/vim-crypto.ts';
import type { Host } from '../inventory/inventory.ts';
import { unknownHost } from './inventory.ts';
import { detailOf, type Health, type HealthDetail, healths, managerOf, natives, shownOf } from './key-providers.ts';
import type { Operation, RestCall } from './operation.ts';

const path = '/vcenter/crypto-manager/hosts/{host}/kms/providers';
const rpc = (operation: string, result: string) => {
  const service = 'com.vmware.vcenter.crypto_manager.hosts.kms.providers';
  return { service, operation, result: `${service}.${result}` };
};
const declared = { method: 'GET', root: 'api', since: '7.0.2.0' } as const;

/** The host of the path. documented: it is what Cryptographer.ReadKeyServersInfo is needed on. @throws NOT_FOUND, UNAUTHORIZED */
function hostOf(call: RestCall): Host {
  const id = call.params.host ?? '';
  const host = call.vc.inventory.hosts.find(({ ref }) => ref.value === id);
  if (!host) throw unknownHost(call, id);
  call.vc.authorization.require(call.user, 'Cryptographer.ReadKeyServersInfo', host);
  return host;
}

/** Why a host does not get keys of a provider. That a host tells it so is assumed. */
function detailsOn(host: Host, call: RestCall, provider: KeyProvider): HealthDetail[] {
  const { assumed } = managerOf(call);
  const facts = cryptoOf(call.vc).inventory.hostFacts(host);
  const broken = notBackedUp(provider, assumed) ?? hostExcluded(facts, provider, assumed);
  return broken ? [detailOf(provider, broken)] : [];
}

const healthOn = (details: readonly HealthDetail[]): Health => (details.length > 0 ? 'ERROR' : 'OK');

function list(call: RestCall): object[] {
  const host = hostOf(call);
  const ids = call.query.list('providers');
  const wanted = call.query.choices('health', healths);
  const types = call.query.choices('types', ['NATIVE', 'TRUST_AUTHORITY']);
  return natives(call)
    .filter((provider) => !ids || ids.includes(provider.id))
    .map((provider) => ({
      provider: provider.id,
      type: 'NATIVE' as const,
      health: healthOn(detailsOn(host, call, provider)),
    }))
    .filter(({ type, health }) => (!wanted || wanted.includes(health)) && (!types || types.includes(type)));
}

function get(call: RestCall): object {
  const host = hostOf(call);
  const provider = shownOf(call, call.params.provider ?? '');
  const details = detailsOn(host, call, provider);
  return { health: healthOn(details), details, type: 'NATIVE', native_info: { key_id: provider.native?.keyId } };
}

/** com.vmware.vcenter.crypto_manager.hosts.kms.providers: the key providers as a host sees them. documented */
export const hostKeyProviderOperations: readonly Operation[] = [
  { ...declared, path, query: ['providers', 'health', 'types'], rpc: rpc('list', 'summary[]'), run: list },
  { ...declared, path: `${path}/{provider}`, rpc: rpc('get', 'info'), run: get },
];
