import type { Route } from '../route.ts';
import { allowedNetworkRoutes } from './allowed-network.ts';
import { authRoutes } from './auth.ts';
import { datacenterRoutes } from './datacenter.ts';
import { dedicatedCloudRoutes } from './dedicated-cloud.ts';
import { featureRoutes } from './features.ts';
import { globalTaskRoutes } from './global-tasks.ts';
import { robotRoutes } from './robot.ts';
import { securityOptionRoutes } from './security-options.ts';
import { serviceInfosRoutes } from './service-infos.ts';
import { taskRoutes } from './task.ts';
import { userRoutes } from './user.ts';
import { userAccountRoutes } from './user-account.ts';
import { userRightRoutes } from './user-right.ts';
import { vmEncryptionRoutes } from './vm-encryption.ts';

/** Every route of the real API that is served. */
export const routes: readonly Route[] = [
  ...authRoutes,
  ...dedicatedCloudRoutes,
  ...serviceInfosRoutes,
  ...featureRoutes,
  ...datacenterRoutes,
  ...securityOptionRoutes,
  ...vmEncryptionRoutes,
  ...taskRoutes,
  ...globalTaskRoutes,
  ...robotRoutes,
  ...userRoutes,
  ...userAccountRoutes,
  ...userRightRoutes,
  ...allowedNetworkRoutes,
];
