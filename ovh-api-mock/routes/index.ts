import type { Route } from '../route.ts';
import { authRoutes } from './auth.ts';
import { dedicatedCloudRoutes } from './dedicated-cloud.ts';
import { taskRoutes } from './task.ts';
import { vmEncryptionRoutes } from './vm-encryption.ts';

/** Every route of the real API that is served. */
export const routes: readonly Route[] = [...authRoutes, ...dedicatedCloudRoutes, ...vmEncryptionRoutes, ...taskRoutes];
