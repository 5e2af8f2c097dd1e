import type { Api } from '../api.ts';
import type { Robot } from '../robot.ts';
import type { PropertyChange, Service } from '../services.ts';
import { changeRobot } from './change.ts';

/** What all tasks that change a service's properties work on. */
export const propertiesLock = 'properties';

/** Changes properties of a service. They show once the work is done (assumed). */
export function changeProperties({ assumed, services }: Api, service: Service, change: PropertyChange): Robot {
  return changeRobot(assumed, {
    name: assumed.changePropertiesRobot,
    recipe: { kind: 'changeProperties', change },
    lock: propertiesLock,
    text: assumed.changePropertiesText,
    exists: () => true,
    finish: (cause) => services.setProperties(service, change, cause),
  });
}
