import { type JsonObject, KeyrigError } from '../../core/index.ts';
import { at, child, children, type Element, escapeXml, NoSoapAnswer, SoapClient, SoapFault, textOf } from './soap.ts';

/** A managed object reference. */
export interface Reference {
  type: string;
  value: string;
}

/** What a task came to. */
export interface TaskOutcome {
  state: string;
  result: Element | undefined;
  /** The fault of a failed task: its type, its localized message and the texts of its causes, outermost first. */
  error?: { type: string; message: string; reasons: string[] };
}

const policyName = 'VM Encryption Policy';

/**
 * The scenario's vSphere client: everything a person would do in the vSphere Client, over SOAP and nothing else.
 * It signs in with its first call.
 */
export class VcenterClient {
  readonly #soap: SoapClient;
  readonly #pbm: SoapClient;
  readonly #credentials: { username: string; password: string };
  #signedIn: Promise<Element | undefined> | undefined;

  constructor(options: { host: string; port: number; ca: string; username: string; password: string }) {
    // Newer than any release: the vCenter answers in its own version.
    this.#soap = new SoapClient({ ...options, path: '/sdk', action: 'urn:vim25/9.1.0.0' });
    this.#pbm = new SoapClient({ ...options, path: '/pbm/sdk', action: 'urn:pbm/2.0' });
    this.#credentials = options;
  }

  close(): void {
    this.#soap.close();
    this.#pbm.close();
  }

  /** Calls a method of an object. `parameters` is XML in declared order. */
  async call(method: string, object: Reference, parameters = ''): Promise<Element> {
    this.#signedIn ??= this.#signIn();
    await this.#signedIn;
    return this.#soap.call(methodXml('urn:vim25', method, object, parameters));
  }

  #signIn(password = this.#credentials.password): Promise<Element> {
    const { username } = this.#credentials;
    const parameters = `<userName>${escapeXml(username)}</userName><password>${escapeXml(password)}</password>`;
    return this.#soap.call(methodXml('urn:vim25', 'Login', sessionManager, parameters));
  }

  /** Signs in anew, whatever became of an earlier session. */
  async signIn(password?: string): Promise<void> {
    this.#signedIn = this.#signIn(password);
    // A later call of a user who did not get in is refused as his own, not as this one.
    await this.#signedIn.catch((error: unknown) => {
      this.#signedIn = Promise.resolve(undefined);
      throw error;
    });
  }

  async signOut(): Promise<void> {
    await this.call('Logout', sessionManager);
  }

  /** Calls a method of CryptoManagerKmip. */
  crypto(method: string, parameters = ''): Promise<Element> {
    return this.call(method, { type: 'CryptoManagerKmip', value: 'CryptoManager' }, parameters);
  }

  /** Finds an object of the inventory by its name. Throws ERR_STEP when there is none. */
  async find(type: string, name: string): Promise<Reference> {
    const root = '<container type="Folder">group-d1</container>';
    const created = await this.call(
      'CreateContainerView',
      { type: 'ViewManager', value: 'ViewManager' },
      `${root}<type>${type}</type><recursive>true</recursive>`,
    );
    const view = referenceOf(child(created, 'returnval'));
    const set = `<specSet><propSet><type>${type}</type><pathSet>name</pathSet></propSet><objectSet>${referenceXml('obj', view)}<skip>true</skip><selectSet xsi:type="TraversalSpec"><name>view</name><type>ContainerView</type><path>view</path><skip>false</skip></selectSet></objectSet></specSet><options/>`;
    const answer = await this.call('RetrievePropertiesEx', propertyCollector, set);
    await this.call('DestroyView', view);
    const names: string[] = [];
    for (const object of children(child(answer, 'returnval'), 'objects')) {
      const found = textOf(object, 'propSet', 'val') ?? '';
      if (found === name) return referenceOf(child(object, 'obj'));
      names.push(found);
    }
    throw new KeyrigError('ERR_STEP', `no ${type} is called "${name}"; there are: ${names.join(', ') || 'none'}`);
  }

  /** Reads properties of one object: path → element. Unset properties are absent. */
  async properties(object: Reference, ...paths: string[]): Promise<Map<string, Element>> {
    const set = `<specSet><propSet><type>${object.type}</type>${paths.map((path) => `<pathSet>${path}</pathSet>`).join('')}</propSet><objectSet>${referenceXml('obj', object)}</objectSet></specSet><options/>`;
    const answer = await this.call('RetrievePropertiesEx', propertyCollector, set);
    const sets = children(at(answer, 'returnval', 'objects'), 'propSet');
    return new Map(sets.map((property) => [textOf(property, 'name') ?? '', child(property, 'val')!]));
  }

  /** Starts a task and waits for its end with a property filter, as clients do. */
  async task(method: string, object: Reference, parameters = ''): Promise<TaskOutcome> {
    const started = await this.call(method, object, parameters);
    return this.waitForTask(referenceOf(child(started, 'returnval')));
  }

  async waitForTask(task: Reference): Promise<TaskOutcome> {
    const spec = `<spec><propSet><type>Task</type><pathSet>info</pathSet></propSet><objectSet>${referenceXml('obj', task)}</objectSet></spec><partialUpdates>false</partialUpdates>`;
    const filter = referenceOf(child(await this.call('CreateFilter', propertyCollector, spec), 'returnval'));
    try {
      for (let version = ''; ; ) {
        const update = child(
          await this.call('WaitForUpdatesEx', propertyCollector, `<version>${version}</version>`),
          'returnval',
        );
        version = textOf(update, 'version') ?? version;
        const info = lastInfo(update);
        const state = textOf(info, 'state');
        if (state === 'success' || state === 'error') return outcomeOf(info!, state);
      }
    } finally {
      await this.call('DestroyPropertyFilter', filter);
    }
  }

  /** The id of the storage policy "VM Encryption Policy", found as a client finds it. */
  async encryptionPolicy(): Promise<string> {
    await this.call('CurrentTime', { type: 'ServiceInstance', value: 'ServiceInstance' });
    const header = `<vcSessionCookie>${escapeXml(this.#soap.session ?? '')}</vcSessionCookie>`;
    const manager = { type: 'PbmProfileProfileManager', value: 'ProfileManager' };
    const pbm = (method: string, parameters: string) =>
      this.#pbm.call(methodXml('urn:pbm', method, manager, parameters), header);
    const found = await pbm('PbmQueryProfile', '<resourceType><resourceType>STORAGE</resourceType></resourceType>');
    const ids = children(found, 'returnval').map((profile) => textOf(profile, 'uniqueId') ?? '');
    const wanted = ids.map((id) => `<profileIds><uniqueId>${escapeXml(id)}</uniqueId></profileIds>`).join('');
    const profiles = children(await pbm('PbmRetrieveContent', wanted), 'returnval');
    const policy = profiles.find((profile) => textOf(profile, 'name') === policyName);
    const id = textOf(policy, 'profileId', 'uniqueId');
    if (!id) throw new KeyrigError('ERR_STEP', `there is no storage policy "${policyName}"`);
    return id;
  }

  /** What the vSphere Client shows of a virtual machine. */
  async virtualMachine(name: string): Promise<JsonObject> {
    const vm = await this.find('VirtualMachine', name);
    const values = await this.properties(vm, 'config', 'runtime', 'snapshot');
    const config = values.get('config');
    const runtime = values.get('runtime');
    const host = referenceOf(child(runtime, 'host'));
    const hostName = (await this.properties(host, 'name')).get('name')?.text ?? null;
    const options = children(config, 'extraConfig').map((option) => textOf(option, 'key'));
    return {
      name,
      moid: vm.value,
      hardwareVersion: textOf(config, 'version') ?? null,
      host: hostName,
      powerState: textOf(runtime, 'powerState') ?? null,
      cryptoState: textOf(runtime, 'cryptoState') ?? null,
      encrypted: child(config, 'keyId') !== undefined,
      ...keyOf(child(config, 'keyId')),
      template: textOf(config, 'template') === 'true',
      path: textOf(config, 'files', 'vmPathName') ?? null,
      snapshots: snapshotNodes(children(values.get('snapshot'), 'rootSnapshotList')).map(
        (node) => textOf(node, 'name') ?? '',
      ),
      encryptionBundle: options.includes('encryption.bundle'),
      migrateEncryption: textOf(config, 'migrateEncryption') ?? null,
      disks: disksOf(config).map((disk) => ({
        key: Number(textOf(disk, 'key')),
        label: textOf(disk, 'deviceInfo', 'label') ?? null,
        file: textOf(disk, 'backing', 'fileName') ?? null,
        encrypted: at(disk, 'backing', 'keyId') !== undefined,
        ...keyOf(at(disk, 'backing', 'keyId')),
        iofilter: children(disk, 'iofilter').map(({ text }) => text),
      })),
    };
  }

  /** The snapshot of a VM with that name. Throws ERR_STEP when there is none. */
  async snapshot(vm: Reference, name: string): Promise<Reference> {
    const info = (await this.properties(vm, 'snapshot')).get('snapshot');
    const nodes = snapshotNodes(children(info, 'rootSnapshotList'));
    const found = nodes.find((node) => textOf(node, 'name') === name);
    if (found) return referenceOf(child(found, 'snapshot'));
    const names = nodes.map((node) => textOf(node, 'name')).join(', ');
    throw new KeyrigError('ERR_STEP', `no snapshot is called "${name}"; there are: ${names || 'none'}`);
  }

  /** The virtual disks of a VM as device elements. */
  async disks(vm: Reference): Promise<Element[]> {
    return disksOf((await this.properties(vm, 'config')).get('config'));
  }
}

const sessionManager: Reference = { type: 'SessionManager', value: 'SessionManager' };
const propertyCollector: Reference = { type: 'PropertyCollector', value: 'propertyCollector' };

/** XML of a managed object reference. */
export function referenceXml(name: string, { type, value }: Reference): string {
  return `<${name} type="${type}">${escapeXml(value)}</${name}>`;
}

/** The reference that an element holds. Throws ERR_STEP when there is none. */
export function referenceOf(element: Element | undefined): Reference {
  if (!element?.type) throw new KeyrigError('ERR_STEP', 'the vCenter answered no object reference');
  return { type: element.type, value: element.text };
}

function methodXml(namespace: string, method: string, object: Reference, parameters: string): string {
  return `<${method} xmlns="${namespace}">${referenceXml('_this', object)}${parameters}</${method}>`;
}

function lastInfo(update: Element | undefined): Element | undefined {
  return children(update, 'filterSet')
    .flatMap((filter) => children(filter, 'objectSet'))
    .flatMap((object) => children(object, 'changeSet'))
    .map((change) => child(change, 'val'))
    .findLast((value) => value !== undefined);
}

function outcomeOf(info: Element, state: string): TaskOutcome {
  const error = child(info, 'error');
  return { state, result: child(info, 'result'), ...(error && { error: localizedFault(error) }) };
}

/** Type, message and causes of a LocalizedMethodFault. */
function localizedFault(element: Element): { type: string; message: string; reasons: string[] } {
  const fault = child(element, 'fault');
  const reasons = children(fault, 'faultMessage').map(
    (message) => textOf(message, 'message') ?? textOf(message, 'key') ?? '',
  );
  const cause = child(fault, 'faultCause');
  const below = cause && localizedFault(cause);
  return {
    type: fault?.type ?? '',
    message: textOf(element, 'localizedMessage') ?? '',
    reasons: [...reasons, ...(below ? [below.message, ...below.reasons] : [])].filter((text) => text !== ''),
  };
}

/** A SOAP fault, or that vCenter gave no SOAP answer, in the form that `expect` sees. */
export async function withFault<T extends JsonObject>(work: () => Promise<T>): Promise<JsonObject> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NoSoapAnswer) return { fault: { status: error.status, message: error.message } };
    if (!(error instanceof SoapFault)) throw error;
    const property = textOf(error.detail, 'invalidProperty');
    return { fault: { type: error.type, message: error.message, ...(property && { invalidProperty: property }) } };
  }
}

/** A task's outcome in the form that `expect` sees. */
export function taskResult({ state, error }: TaskOutcome): JsonObject {
  return { task: { state }, ...(error && { fault: { ...error } }) };
}

/** All nodes of a snapshot tree, parents first. */
function snapshotNodes(nodes: readonly Element[]): Element[] {
  return nodes.flatMap((node) => [node, ...snapshotNodes(children(node, 'childSnapshotList'))]);
}

function disksOf(config: Element | undefined): Element[] {
  return children(child(config, 'hardware'), 'device').filter((device) => device.type === 'VirtualDisk');
}

function keyOf(keyId: Element | undefined): JsonObject {
  return { keyId: textOf(keyId, 'keyId') ?? null, providerId: textOf(keyId, 'providerId', 'id') ?? null };
}
