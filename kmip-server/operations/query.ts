import {
  DestroyAction,
  enumEntry,
  enumName,
  isSince,
  item,
  ObjectType,
  type OperationDefinition,
  operations,
  type ProtocolVersion,
  QueryFunction,
  type ResponseOf,
  RNGMode,
  ShreddingAlgorithm,
  Tag,
  UnwrapMode,
} from '../../kmip/index.ts';
import { rngParameters } from '../attributes/random-number-generator.ts';
import type { ServerExtension } from '../options.ts';
import { profilesAt } from '../profiles.ts';
import { handle, type OperationHandler } from './handler.ts';

/** The types that Register stores, by the version that introduced them. */
const objectTypes: readonly number[] = [
  ObjectType.Certificate,
  ObjectType.SymmetricKey,
  ObjectType.PublicKey,
  ObjectType.PrivateKey,
  ObjectType.SplitKey,
  ObjectType.Template,
  ObjectType.SecretData,
  ObjectType.OpaqueObject,
  ObjectType.PGPKey,
];

/** Object types that a message of this version may carry. */
export function objectTypesAt(version: ProtocolVersion): number[] {
  return objectTypes.filter((type) => isSince(version, enumEntry('ObjectType', type)?.since ?? '1.0'));
}

type Answer = ResponseOf<typeof operations.query>;

/** What the server can do, new in KMIP 1.3. `Unspecified` stands where there is nothing to promise. */
const capabilities: Answer['capabilityInformation'][number] = {
  streamingCapability: true,
  asynchronousCapability: true,
  attestationCapability: false,
  batchUndoCapability: true,
  batchContinueCapability: true,
  unwrapMode: UnwrapMode.Unspecified,
  destroyAction: DestroyAction.Unspecified,
  shreddingAlgorithm: ShreddingAlgorithm.Unspecified,
  rngMode: RNGMode.Unspecified,
};

/**
 * Query, fed by the handlers themselves. KMIP 1.1 §4.25, KMIP 1.3 §4.25. Vendor Identification is returned with an empty Server
 * Information: the text of §4.25 asks for both; vCenter accepts the second's absence (observed). This server was never
 * validated, checks no attestation and registers no clients by the protocol: those answers are empty.
 */
export function createQuery(handlers: () => Iterable<OperationHandler>): OperationHandler {
  return handle(operations.query as OperationDefinition<{ queryFunctions: number[] }, Answer>, (request, context) => {
    const { version, services } = context;
    const asked = new Set(request.queryFunctions);
    const wantsServer = asked.has(QueryFunction.QueryServerInformation);
    const about = <T>(queryFunction: number, tell: () => readonly T[]): T[] =>
      asked.has(queryFunction) ? [...tell()] : [];
    const response: Answer = {
      operations: about(QueryFunction.QueryOperations, () =>
        [...handlers()].filter(({ since }) => isSince(version, since)).map(({ operation }) => operation),
      ),
      objectTypes: about(QueryFunction.QueryObjects, () => objectTypesAt(version)),
      ...(wantsServer && {
        vendorIdentification: services.assumed.vendorIdentification,
        serverInformation: item.structure(Tag.ServerInformation, []),
      }),
      applicationNamespaces: about(QueryFunction.QueryApplicationNamespaces, () => services.applicationNamespaces),
      extensionInformation: extensions(asked, services.extensions),
      attestationTypes: [],
      rngParameters: about(QueryFunction.QueryRNGs, () => [rngParameters]),
      profileInformation: about(QueryFunction.QueryProfiles, () =>
        profilesAt(version, services.versions, services.httpsPort()),
      ),
      validationInformation: [],
      capabilityInformation: about(QueryFunction.QueryCapabilities, () => [capabilities]),
      clientRegistrationMethods: [],
    };
    const names = request.queryFunctions.map((code) => enumName('QueryFunction', code) ?? code);
    return { response, text: names.length > 0 ? names.join(', ') : 'Query without a function' };
  });
}

/** KMIP 1.1 §4.25: the list has the names only, the map also tags and types (OASIS TC-122-11). */
function extensions(asked: ReadonlySet<number>, known: readonly ServerExtension[]): Answer['extensionInformation'] {
  if (asked.has(QueryFunction.QueryExtensionMap)) {
    return known.map(({ name, tag, type }) => ({ extensionName: name, extensionTag: tag, extensionType: type }));
  }
  if (!asked.has(QueryFunction.QueryExtensionList)) return [];
  return known.map(({ name }) => ({ extensionName: name }));
}
