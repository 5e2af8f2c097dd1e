import { z } from 'zod';
import { taskState } from '../models/task.ts';
import { dateText, datetimeText, listText, long, longText, string } from '../models/types.ts';
import { defineServiceRoute, type Route } from '../route.ts';
import type { Task } from '../tasks.ts';

const query = z.object({
  datacenterId: longText.optional(),
  'endDate.from': dateText.optional(),
  'endDate.to': dateText.optional(),
  'executionDate.from': datetimeText.optional(),
  'executionDate.to': datetimeText.optional(),
  filerId: longText.optional(),
  hostId: longText.optional(),
  'lastModificationDate.from': datetimeText.optional(),
  'lastModificationDate.to': datetimeText.optional(),
  name: string.optional(),
  networkAccessId: longText.optional(),
  orderId: longText.optional(),
  parentTaskId: longText.optional(),
  state: listText(taskState).optional(),
  userId: longText.optional(),
  vlanId: longText.optional(),
});
type Filters = z.output<typeof query>;
type Test = (task: Task) => boolean;

const subjects = ['datacenterId', 'filerId', 'hostId', 'networkAccessId', 'orderId', 'userId', 'vlanId'] as const;
const moments = ['executionDate', 'lastModificationDate', 'endDate'] as const;
const dayMs = 86_400_000;

const list = defineServiceRoute({
  method: 'GET',
  path: '/globalTasks',
  about: 'List filtered operations',
  provenance: 'documented',
  iamAction: 'globalTasks/get',
  query,
  response: z.array(long),
  run({ api, service, query: filters }) {
    const tests = testsOf(filters);
    const ids: number[] = [];
    for (const task of api.tasks.of(service.serviceName)) if (tests.every((test) => test(task))) ids.push(task.taskId);
    return ids;
  },
});

/** A test for each filter that was given; a task must pass all. Bounds belong to their range (schema: >=, <=). */
function testsOf(filters: Filters): Test[] {
  const tests: Test[] = [];
  for (const name of subjects) {
    const id = filters[name];
    if (id !== undefined) tests.push((task) => task.subject[name] === id);
  }
  for (const name of moments) {
    const from = filters[`${name}.from`];
    const to = filters[`${name}.to`];
    if (from !== undefined) tests.push((task) => (task[name] ?? Number.NaN) >= Date.parse(from));
    if (to === undefined) continue;
    // The last day counts as a whole, and so does the last second: clients see no milliseconds.
    const end = Date.parse(to) + (name === 'endDate' ? dayMs : 1000);
    tests.push((task) => (task[name] ?? Number.NaN) < end);
  }
  const { name, parentTaskId, state } = filters;
  // The whole name, where the lists of tasks say "like" (assumed).
  if (name !== undefined) tests.push((task) => task.name === name);
  if (parentTaskId !== undefined) tests.push((task) => task.parentTaskId === parentTaskId);
  if (state !== undefined) tests.push((task) => state.includes(task.state));
  return tests;
}

/** Operations of a service by what they are about (spec 1.2). */
export const globalTaskRoutes: readonly Route[] = [list];
