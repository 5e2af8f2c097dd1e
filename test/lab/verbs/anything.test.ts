import { expect, it, vi } from 'vitest';
import { Workshop } from '../keyrig-process.ts';

vi.setConfig({ testTimeout: 180_000 });

const shop = new Workshop();

it('steps can do whatever a user can: any request, any program, any method, any operation, faults and losses', async () => {
  const file = shop.file(
    'all.scenario.yaml',
    `scenario: 1
name: all
world: { gateway: open, vcenter: { keyProviders: [{ name: kp }] } }
steps:
  - { do: http, with: { url: "\${urls.ovhHttp}/1.0/auth/time" }, expect: { json: { gt: 1 } } }
  - { do: http, with: { url: "\${urls.ovh}/1.0/no" }, expect: { status: 404, json.message: { exists: true } } }
  - { do: http, with: { url: "\${urls.ovhHttp}/1.0/auth/credential", method: POST, json: { accessRules: [] } }, expect: { status: { between: [400, 403] } } }
  - { do: exec, with: { command: [node, -e, "console.log(process.env.GOVC_URL, process.env.KMIP_PORT, process.env.X)"], env: { X: "7" } }, expect: { stdout: { contains: "\${urls.vcenter}/sdk \${kms.port} 7" } } }
  - { do: exec, with: { command: [node, -e, "process.exit(3)"] }, expect: { exitCode: 3 } }
  - { do: vcenter.call, with: { method: CurrentTime, object: { type: ServiceInstance, id: ServiceInstance } }, expect: { returnval: { matches: "^20" } } }
  - { do: vcenter.call, with: { method: RetrieveServiceContent, object: { type: ServiceInstance, id: ServiceInstance }, arguments: {} }, expect: { returnval.about.version: "7.0.3" } }
  - { do: vcenter.createVm, with: { name: vm1 }, expect: { task.state: success } }
  - { do: vcenter.call, with: { method: PowerOnVM_Task, object: { type: VirtualMachine, name: vm1 } }, expect: { task.state: success } }
  - { do: vcenter.call, with: { method: Rename_Task, object: { type: VirtualMachine, name: vm1 }, arguments: { newName: "vm & 2" } } , expect: { task.state: success } }
  - { do: vcenter.vm, with: { vm: "vm & 2" }, expect: { powerState: poweredOn } }
  - do: kmip.call
    with: { operation: Create, payload: [ { tag: ObjectType, type: Enumeration, value: SymmetricKey }, { tag: TemplateAttribute, value: [
       { tag: Attribute, value: [ { tag: AttributeName, type: TextString, value: Cryptographic Algorithm }, { tag: AttributeValue, type: Enumeration, value: "0x00000003" } ] },
       { tag: Attribute, value: [ { tag: AttributeName, type: TextString, value: Cryptographic Length }, { tag: AttributeValue, type: Integer, value: 256 } ] },
       { tag: Attribute, value: [ { tag: AttributeName, type: TextString, value: Cryptographic Usage Mask }, { tag: AttributeValue, type: Integer, value: 12 } ] } ] } ] }
    expect: { status: Success }
    capture: { id: payload.UniqueIdentifier }
  - { do: kmip.call, with: { operation: Get, payload: "<UniqueIdentifier type='TextString' value='\${id}'/>" }, expect: { status: Success }, capture: { got: . } }
  - { do: kms.backup }
  - { do: kms.loseKeys, with: { uniqueIdentifiers: ["\${id}"] }, expect: { lost: 1 } }
  - { do: kmip.call, with: { operation: Get, payload: "<UniqueIdentifier type='TextString' value='\${id}'/>" }, expect: { fault: { reason: ItemNotFound } } }
  - { do: kms.restart }
  - { do: kms.restore }
  - { do: kmip.call, with: { operation: Get, payload: "<UniqueIdentifier type='TextString' value='\${id}'/>" } }
  - { do: fault.add, with: { id: busy, at: ovh.request, match: { path: { contains: dedicatedCloud } }, then: { ovh: { status: 503, message: busy } } } }
  - { do: ovh.call, with: { method: GET, path: /dedicatedCloud }, expect: { fault.status: 503 } }
  - { do: fault.report, with: { id: busy }, expect: { fired: { gte: 1 } } }
  - { do: fault.change, with: { id: busy, at: ovh.request, match: { path: { contains: dedicatedCloud } }, then: { ovh: { status: 500 } } } }
  - { do: ovh.call, with: { method: GET, path: /dedicatedCloud }, expect: { fault.status: 500 } }
  - { do: fault.remove, with: { id: busy } }
  - { do: ovh.call, with: { method: GET, path: /dedicatedCloud } }`,
  );
  const { code, stdout } = await shop.keyrig(['run', file]);
  expect(stdout).not.toContain('✗');
  expect(code).toBe(0);
  // A program that runs beside the lab does not make its time fly.
  expect(stdout).not.toMatch(/exec .* on the clock/);
});

it('steps speak the version of the vCenter: what a release has can be called', async () => {
  const file = shop.file(
    'newer.scenario.yaml',
    `scenario: 1
name: newer
world: { gateway: open, vcenter: { version: "8.0", keyProviders: [{ name: kp }] } }
steps:
  - { do: vcenter.generateKey, capture: { key: keyId } }
  - { do: vcenter.call, with: { method: SetKeyCustomAttributes, object: { type: CryptoManagerKmip, id: CryptoManager }, arguments: "<keyId><keyId>\${key}</keyId><providerId><id>kp</id></providerId></keyId><spec><attributes><key>x-shift</key><value>night</value></attributes></spec>" }, expect: { returnval.success: "true" } }`,
  );
  const { code, stdout } = await shop.keyrig(['run', file]);
  expect(stdout).not.toContain('✗');
  expect(code).toBe(0);
});

it.each([
  [
    'a status from 400 on',
    '{ do: http, with: { url: "${urls.ovhHttp}/1.0/no" } }',
    'status should be less than 400, but is 404',
  ],
  [
    'an exit code',
    '{ do: exec, with: { command: [node, -e, "process.exit(3)"] }, expect: { stdout: "" } }',
    'exitCode should be 0, but is 3',
  ],
  [
    'a program that takes too long',
    '{ do: exec, with: { command: [sleep, "60"], timeout: 200ms } }',
    '"sleep" was still running after 200 ms',
  ],
  ['a program that is none', '{ do: exec, with: { command: [./no-such] } }', '"./no-such" cannot be run'],
  [
    'a request to the world outside',
    '{ do: http, with: { url: "http://192.0.2.1/" } }',
    '192.0.2.1 is not an address of this machine',
  ],
  [
    'a refused operation',
    "{ do: kmip.call, with: { operation: Get, payload: \"<UniqueIdentifier type='TextString' value='none'/>\" } }",
    'it was refused: ',
  ],
  ['a fault that is not there', '{ do: fault.remove, with: { id: none } }', 'no fault has the id "none"'],
])('%s fails a step that does not expect it', async (_, step, problem) => {
  const { code, stdout } = await shop.keyrig([
    'run',
    shop.file('one.scenario.yaml', 'scenario: 1', 'name: one', `steps: [${step}]`),
  ]);
  expect(stdout).toContain(problem);
  expect(code).toBe(1);
});
