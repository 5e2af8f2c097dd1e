import { isJsonObject, type Json, type JsonObject } from '../../core/index.ts';
import type { KeyProvider, VcenterCrypto } from '../crypto/index.ts';
import { notBackedUp } from '../crypto/native-rules.ts';
import { cryptoOf } from '../crypto/vim-crypto.ts';
import { invalidArgument, VapiError, type VapiMessage } from './errors.ts';
import type { Members, Operation, RestCall } from './operation.ts';

const path = '/vcenter/crypto-manager/kms/providers';
/** com.vmware.vcenter.crypto_manager.kms.providers came with 7.0 Update 2. documented, and the privileges too */
const declared = { root: 'api', since: '7.0.2.0' } as const;
const manage = 'Cryptographer.ManageKeyServers';
const read = 'Cryptographer.ReadKeyServersInfo';

export const healths = ['NONE', 'OK', 'WARNING', 'ERROR'] as const;
export type Health = (typeof healths)[number];

export function managerOf({ vc }: RestCall): VcenterCrypto {
  return cryptoOf(vc).manager;
}

/** The providers that this API shows. assumed: those of other kinds are refused by its operations (observed for two) */
export function natives(call: RestCall): KeyProvider[] {
  return managerOf(call)
    .providers.all()
    .filter(({ native }) => native);
}

/**
 * The provider that is to be changed. documented errors: INVALID_ARGUMENT without an id, NOT_FOUND, UNSUPPORTED for one of another kind
 * (the last two are observed); the texts are assumed
 */
export function nativeOf(call: RestCall, id: string): KeyProvider {
  if (id === '') throw invalidArgument('provider is missing.', ['provider']);
  const provider = managerOf(call).providers.find(id);
  if (!provider) throw providerNotFound(id);
  if (provider.native) return provider;
  throw new VapiError(
    'UNSUPPORTED',
    'com.vmware.vim.vpxd.encryption.keyProviderNotNative',
    `Key provider ${id} is not a native key provider.`,
    [id],
  );
}

/** The provider that is looked at. documented: a get is never UNSUPPORTED; assumed: what no list shows is not found */
export function shownOf(call: RestCall, id: string): KeyProvider {
  if (id !== '' && !managerOf(call).providers.find(id)?.native) throw providerNotFound(id);
  return nativeOf(call, id);
}

function providerNotFound(id: string): VapiError {
  const text = `Key provider ${id} not found.`;
  return new VapiError('NOT_FOUND', 'com.vmware.vim.vpxd.encryption.keyProviderNotFound', text, [id]);
}

/** observed: ERROR until it is backed up */
function healthOf(provider: KeyProvider): Health {
  return provider.native?.hasBackup ? 'OK' : 'ERROR';
}

/** The state of a provider in words. observed for a missing backup */
export interface HealthDetail extends VapiMessage {
  readonly params: { keyProviderId: { s: string } };
  readonly localized: string;
}

export function detailOf({ id }: KeyProvider, { key, message }: { key: string; message: string }): HealthDetail {
  return { id: key, default_message: message, args: [], params: { keyProviderId: { s: id } }, localized: message };
}

function detailsOf(call: RestCall, provider: KeyProvider): HealthDetail[] {
  const broken = notBackedUp(provider, managerOf(call).assumed);
  return broken ? [detailOf(provider, broken)] : [];
}

function info(call: RestCall, provider: KeyProvider): object {
  return {
    health: healthOf(provider),
    details: detailsOf(call, provider),
    constraints: { tpm_required: provider.native?.tpmRequired },
    type: 'NATIVE',
    native_info: { key_id: provider.native?.keyId },
  };
}

/** A member of the body. @throws INVALID_ARGUMENT when it is of another type */
function text(body: JsonObject, name: string): string | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw invalidArgument(`${name} is not a string.`, [name]);
}

function requiredText(body: JsonObject, name: string): string {
  const value = text(body, name);
  if (value === undefined || value === '') throw invalidArgument(`${name} is missing.`, [name]);
  return value;
}

function object(body: JsonObject, name: string): JsonObject | undefined {
  const value: Json | undefined = body[name] ?? undefined;
  if (value === undefined || isJsonObject(value)) return value;
  throw invalidArgument(`${name} is not a structure.`, [name]);
}

function flag(body: JsonObject | undefined, name: string): boolean | undefined {
  const value = body?.[name] ?? undefined;
  if (value === undefined || typeof value === 'boolean') return value;
  throw invalidArgument(`${name} is not a boolean.`, [name]);
}

function create(call: RestCall): void {
  const id = requiredText(call.body, 'provider');
  const tpmRequired = flag(object(call.body, 'constraints'), 'tpm_required') ?? false;
  const native = object(call.body, 'native_spec') ?? {};
  const derivationKey = text(native, 'key_derivation_key');
  managerOf(call).native.create(
    id,
    {
      tpmRequired,
      keyId: text(native, 'key_id'),
      derivationKey: derivationKey === undefined ? undefined : Buffer.from(derivationKey, 'base64'),
    },
    call.cause,
  );
}

function list(call: RestCall): object[] {
  const ids = call.query.list('providers');
  const wanted = call.query.choices('health', healths);
  return natives(call)
    .filter((provider) => !ids || ids.includes(provider.id))
    .filter((provider) => !wanted || wanted.includes(healthOf(provider)))
    .map((provider) => ({ provider: provider.id, type: 'NATIVE', health: healthOf(provider) }));
}

function update(call: RestCall): void {
  const provider = nativeOf(call, call.params.provider ?? '');
  const native = object(call.body, 'native_spec');
  managerOf(call).native.update(provider, native && text(native, 'key_id'), call.cause);
}

/** The backup is fetched from where the answer says, with the token that it brings. observed */
async function exportProvider(call: RestCall): Promise<object> {
  const provider = nativeOf(call, requiredText(call.body, 'provider'));
  const ticket = await managerOf(call).native.export(provider, text(call.body, 'password'), call.cause);
  return {
    type: 'LOCATION',
    location: {
      url: `${call.origin}${backupPath}${encodeURIComponent(provider.id)}`,
      download_token: { token: ticket.token, expiry: new Date(ticket.expiry).toISOString() },
    },
  };
}

async function importProvider(call: RestCall): Promise<object> {
  const { native } = managerOf(call);
  const file = Buffer.from(requiredText(call.body, 'config'), 'base64');
  const config = await native.readBackup(file, text(call.body, 'password') ?? '');
  const constraints = object(call.body, 'constraints');
  // documented: the constraint that new ones leave out does not apply; without new ones those of the export do
  const tpmRequired = constraints ? (flag(constraints, 'tpm_required') ?? false) : config.tpmRequired;
  if (!flag(call.body, 'dry_run')) await native.restore(config, tpmRequired, call.cause);
  return {
    provider: config.provider,
    type: 'NATIVE',
    native_info: { key_id: config.keyId },
    export_time: config.exportTime,
    constraints: { tpm_required: tpmRequired },
  };
}

/** Where backups are fetched. observed */
export const backupPath = '/cryptomanager/kms/';

const rpc = (operation: string, result?: string) => {
  const service = 'com.vmware.vcenter.crypto_manager.kms.providers';
  return { service, operation, result: result && `${service}.${result}` };
};

const constraints = { tpm_required: true } as const;

/** The names are in the observed form, that of a virtual machine's operation; what they are for these is assumed. */
const spec = (operation: string, members: Members) => ({
  of: `::Com::Vmware::Vcenter::CryptoManager::Kms::Providers::${operation}`,
  members,
});

/** The native key provider. documented (vSphere Automation API) */
export const keyProviderOperations: readonly Operation[] = [
  {
    ...declared,
    method: 'GET',
    path,
    query: ['providers', 'health'],
    rpc: rpc('list', 'summary[]'),
    privilege: read,
    run: list,
  },
  {
    ...declared,
    method: 'POST',
    path,
    body: spec('Create', { provider: true, constraints, native_spec: { key_id: true, key_derivation_key: true } }),
    rpc: rpc('create'),
    privilege: manage,
    run: create,
  },
  {
    ...declared,
    method: 'POST',
    path,
    action: 'export',
    body: spec('Export', { provider: true, password: true }),
    rpc: rpc('export', 'export_result'),
    privilege: manage,
    run: exportProvider,
  },
  {
    ...declared,
    method: 'POST',
    path,
    action: 'import',
    body: spec('ImportProvider', { config: true, password: true, constraints, dry_run: true }),
    rpc: rpc('import_provider', 'import_result'),
    privilege: manage,
    run: importProvider,
  },
  {
    ...declared,
    method: 'GET',
    path: `${path}/{provider}`,
    rpc: rpc('get', 'info'),
    privilege: read,
    run: (call) => info(call, shownOf(call, call.params.provider ?? '')),
  },
  {
    ...declared,
    method: 'PATCH',
    path: `${path}/{provider}`,
    body: spec('Update', { native_spec: { key_id: true } }),
    rpc: rpc('update'),
    privilege: manage,
    run: update,
  },
  {
    ...declared,
    method: 'DELETE',
    path: `${path}/{provider}`,
    rpc: rpc('delete'),
    privilege: manage,
    run(call) {
      managerOf(call).native.delete(nativeOf(call, call.params.provider ?? ''), call.cause);
    },
  },
];
