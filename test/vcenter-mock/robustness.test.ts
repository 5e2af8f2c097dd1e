import fc from 'fast-check';
import { expect, test } from 'vitest';
import { envelope, fetchOf, loggedIn } from './lab.ts';

const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

test('whatever the body, there is an answer and the server lives', async () => {
  const lab = await loggedIn();
  const name = fc.constantFrom('spec', 'obj', 'specSet', 'propSet', 'pathSet', 'type', 'userName', 'deviceChange', 'x');
  const text = fc.oneof(
    fc.constant(''),
    fc.constantFrom('group-d1', 'name', 'true', '-1', 'VirtualMachine'),
    fc.string(),
  );
  const { content } = fc.letrec<{ content: string }>((tie) => ({
    content: fc.oneof(
      { depthSize: 'small' },
      text.map((value) => value.replace(/[<>&]/g, '')),
      fc
        .tuple(
          name,
          fc.constantFrom('', `${xsi} xsi:type="TraversalSpec"`, 'type="Folder"'),
          fc.array(tie('content'), { maxLength: 3 }),
        )
        .map(([element, attribute, children]) => `<${element} ${attribute}>${children.join('')}</${element}>`),
    ),
  }));
  const targets = fc.constantFrom(
    ['RetrievePropertiesEx', 'PropertyCollector', 'propertyCollector'],
    ['CreateFilter', 'PropertyCollector', 'propertyCollector'],
    ['ReconfigVM_Task', 'VirtualMachine', lab.ref('web')],
    ['QueryEvents', 'EventManager', 'EventManager'],
    ['CreateVM_Task', 'Folder', lab.mock.inventory.datacenters[0]!.get('vmFolder').value],
    ['Login', 'SessionManager', 'SessionManager'],
  );
  await fc.assert(
    fc.asyncProperty(targets, content, async ([method, type, id], inner) => {
      const answer = await lab.call(
        `<${method} xmlns="urn:vim25"><_this type="${type}">${id}</_this>${inner}</${method}>`,
      );
      expect([200, 500]).toContain(answer.status);
      expect(answer.body).toMatch(/<soapenv:Body>.*<\/soapenv:Body>/s);
    }),
    { numRuns: 150, seed: 20260102 },
  );
  await lab.mock.tasks.idle();
  expect(lab.runtime.journal.entries({ event: 'vcenter.internal' })).toEqual([]);
  expect((await lab.call(fetchOf('VirtualMachine', lab.ref('web'), 'name'))).status).toBe(200);
});

test.each([
  [
    'an object set without object',
    '<specSet><propSet><type>Folder</type></propSet><objectSet></objectSet></specSet>',
    'specSet.objectSet.obj',
  ],
  [
    'a traversal without path',
    `<specSet><objectSet><obj type="Folder">group-d1</obj><selectSet ${xsi} xsi:type="TraversalSpec"><type>Folder</type></selectSet></objectSet></specSet>`,
    'specSet.objectSet.selectSet.path',
  ],
])('what cannot be guessed is InvalidArgument: %s', async (_name, content, path) => {
  const lab = await loggedIn();
  const answer = await lab.send(
    '/sdk',
    envelope(
      `<RetrieveProperties xmlns="urn:vim25"><_this type="PropertyCollector">propertyCollector</_this>${content}</RetrieveProperties>`,
    ),
  );
  expect(answer.status).toBe(500);
  expect(answer.body).toContain(`<invalidProperty>${path}</invalidProperty>`);
});
