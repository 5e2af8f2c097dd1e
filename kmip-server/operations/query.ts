import {
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
  Tag,
} from '../../kmip/index.ts';
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

/**
 * Query, fed by the handlers themselves. KMIP 1.1 §4.25. Vendor Identification is returned with an empty Server
 * Information: the text of §4.25 asks for both; vCenter accepts the second's absence (observed). There are no
 * application namespaces and no extensions, so those answers are empty.
 */
export function createQuery(handlers: () => Iterable<OperationHandler>): OperationHandler {
  return handle(operations.query as OperationDefinition<{ queryFunctions: number[] }, Answer>, (request, context) => {
    const { version, services } = context;
    const asked = new Set(request.queryFunctions);
    const wantsServer = asked.has(QueryFunction.QueryServerInformation);
    const response: Answer = {
      operations: asked.has(QueryFunction.QueryOperations)
        ? [...handlers()].filter(({ since }) => isSince(version, since)).map(({ operation }) => operation)
        : [],
      objectTypes: asked.has(QueryFunction.QueryObjects) ? objectTypesAt(version) : [],
      ...(wantsServer && {
        vendorIdentification: services.assumed.vendorIdentification,
        serverInformation: item.structure(Tag.ServerInformation, []),
      }),
      applicationNamespaces: [],
      extensionInformation: [],
      attestationTypes: [],
      rngParameters: [],
      profileInformation: [],
      validationInformation: [],
      capabilityInformation: [],
      clientRegistrationMethods: [],
    };
    const names = request.queryFunctions.map((code) => enumName('QueryFunction', code) ?? code);
    return { response, text: names.length > 0 ? names.join(', ') : 'Query without a function' };
  });
}
