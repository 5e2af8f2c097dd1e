import { Operation, Tag } from '../../registry/index.ts';
import { protocolVersionStructure } from '../credential.ts';
import { repeated } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

/** An empty request asks for all versions; the answer is in order of preference. */
export const discoverVersions = defineOperation({
  operation: Operation.DiscoverVersions,
  since: '1.1',
  clause: 'KMIP 1.1 §4.26',
  request: { protocolVersions: repeated(Tag.ProtocolVersion, protocolVersionStructure) },
  response: { protocolVersions: repeated(Tag.ProtocolVersion, protocolVersionStructure) },
});
