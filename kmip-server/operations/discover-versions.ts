import { formatVersion, operations } from '../../kmip/index.ts';
import { handle } from './handler.ts';

/** KMIP 1.1 §4.26: all versions for an empty request, else those of the request that the server speaks. */
export const discoverVersions = handle(operations.discoverVersions, (request, { services }) => {
  const asked = request.protocolVersions;
  const protocolVersions = services.versions.filter(
    ({ major, minor }) => asked.length === 0 || asked.some((other) => other.major === major && other.minor === minor),
  );
  const text = `Discover Versions → ${protocolVersions.map(formatVersion).join(', ') || 'none'}`;
  return { response: { protocolVersions }, text };
});
