import { expect, onTestFinished, test } from 'vitest';
import { serviceName, startApi } from './api.ts';

const tasks = [
  {
    taskId: 1,
    name: 'addUser',
    subject: { userId: 5, datacenterId: 9 },
    executionDate: new Date('2016-01-10T10:00:00Z'),
    endDate: new Date('2016-01-10T23:59:59Z'),
  },
  {
    taskId: 2,
    name: 'addUserObjectRight',
    state: 'error' as const,
    subject: { userId: 6, orderId: 4, hostId: 3, filerId: 2, vlanId: 1 },
    executionDate: new Date('2016-02-01T00:00:00Z'),
  },
  {
    taskId: 3,
    name: 'addAllowedNetwork',
    state: 'doing' as const,
    parentTaskId: 2,
    subject: { networkAccessId: 8 },
    executionDate: new Date('2016-02-02T00:00:00Z'),
  },
];

test.each([
  ['', [1, 2, 3]],
  ['?userId=5', [1]],
  ['?datacenterId=9', [1]],
  ['?orderId=4', [2]],
  ['?hostId=3', [2]],
  ['?filerId=2', [2]],
  ['?vlanId=1', [2]],
  ['?networkAccessId=8', [3]],
  ['?parentTaskId=2', [3]],
  ['?userId=5&datacenterId=8', []],
  ['?name=addUser', [1]],
  ['?state=done', [1]],
  ['?state=error&state=doing', [2, 3]],
  ['?executionDate.from=2016-02-01T00:00:00Z', [2, 3]],
  ['?executionDate.to=2016-02-01T01:00:00%2B01:00', [1, 2]],
  ['?executionDate.from=2016-01-11T00:00:00Z&executionDate.to=2016-02-01T12:00:00Z', [2]],
  ['?lastModificationDate.to=2016-01-31T00:00:00Z', [1]],
  ['?lastModificationDate.from=2016-02-02T00:00:00Z', [3]],
  ['?endDate.from=2016-01-10&endDate.to=2016-01-10', [1]],
  ['?endDate.from=2016-01-11', []],
  ['?endDate.to=2016-01-09', []],
])('globalTasks%s', async (query, expected) => {
  const { service } = await startApi(onTestFinished, {
    services: [
      { serviceName, tasks },
      { serviceName: 'pcc-192-0-2-1', tasks: [{ name: 'other' }] },
    ],
  });
  const { status, json } = await service('GET', `/globalTasks${query}`);
  expect([status, json]).toEqual([200, expected]);
});

test.each([
  ['userId=bob', '[userId] Given data (bob) is not valid for type long'],
  ['state=open', '[state] Given data (open) is not valid for type dedicatedCloud.TaskStateEnum[]'],
  ['endDate.from=2016-02-30', '[endDate.from] Given data (2016-02-30) is not valid for type date'],
  ['executionDate.to=yesterday', '[executionDate.to] Given data (yesterday) is not valid for type datetime'],
])('globalTasks?%s is refused in words that name the field', async (query, message) => {
  const { service } = await startApi(onTestFinished);
  const answer = await service('GET', `/globalTasks?${query}`);
  expect(answer.status).toBe(400);
  expect(answer.json.message).toBe(message);
});
