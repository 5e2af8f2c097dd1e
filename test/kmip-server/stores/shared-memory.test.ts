import { SharedMemory } from '../../../kmip-server/store/shared-memory.ts';
import { objectStoreSuite } from './object-store-suite.ts';

objectStoreSuite('shared memory', async () => {
  const memory = new SharedMemory();
  return { connect: async () => memory.connect(), remove: async () => {} };
});
