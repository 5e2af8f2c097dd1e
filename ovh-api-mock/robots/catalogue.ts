import type { z } from 'zod';
import type { AssumedValues } from '../assumed.ts';
import type { robot } from '../models/robot.ts';
import { addUserRobot } from './add-user.ts';
import { addObjectRightRobot, removeObjectRightRobot } from './user-right.ts';

type RobotModel = z.output<typeof robot>;

/** Robots with names that OVH's guides print (documented). */
const documented = [addUserRobot, addObjectRightRobot, removeObjectRightRobot];

/**
 * The robots behind the fake's tasks, for GET robot: those that are documented, and every name in the assumed table. What the
 * table has no description for has none (null); type and criticity are assumed.
 */
export function robotCatalogue(assumed: AssumedValues): Map<string, RobotModel> {
  const { robotCriticity: criticity, robotDescriptions } = assumed;
  const names = [
    ...documented.map((name) => [name, name]),
    ...Object.entries(assumed).filter(([key, value]) => key.endsWith('Robot') && typeof value === 'string'),
  ] as [key: string, name: string][];
  return new Map(
    names.map(([key, name]) => {
      const description = robotDescriptions[key] ?? null;
      return [name, { name, type: 'generic', criticity, enabled: true, description }];
    }),
  );
}
