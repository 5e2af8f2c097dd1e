// Facts: the published type metadata of the vSphere API, up to 8.0.3.0 (observed). `T?` optional, `T[]` array, `@v` since API version v.
import { dataTypes, enumTypes } from '../kernel/declare.ts';

export const propertyCollectorTypes = dataTypes({
  InvalidCollectorVersion: { base: 'MethodFault', fields: {} },
  InvalidProperty: { base: 'MethodFault', fields: { name: 'string' } },
  MissingObject: { fields: { obj: 'ref ManagedObject', fault: 'LocalizedMethodFault' } },
  MissingProperty: { fields: { path: 'string', fault: 'LocalizedMethodFault' } },
  ObjectContent: {
    fields: { obj: 'ref ManagedObject', propSet: 'DynamicProperty[]?', missingSet: 'MissingProperty[]?' },
  },
  ObjectSpec: { fields: { obj: 'ref ManagedObject', skip: 'boolean?', selectSet: 'SelectionSpec[]?' } },
  ObjectUpdate: {
    fields: {
      kind: 'ObjectUpdateKind',
      obj: 'ref ManagedObject',
      changeSet: 'PropertyChange[]?',
      missingSet: 'MissingProperty[]?',
    },
  },
  PropertyChange: { fields: { name: 'string', op: 'PropertyChangeOp', val: 'anyType?' } },
  PropertyFilterSpec: {
    fields: { propSet: 'PropertySpec[]', objectSet: 'ObjectSpec[]', reportMissingObjectsInResults: 'boolean?' },
  },
  PropertyFilterUpdate: {
    fields: { filter: 'ref PropertyFilter', objectSet: 'ObjectUpdate[]?', missingSet: 'MissingObject[]?' },
  },
  PropertySpec: { fields: { type: 'string', all: 'boolean?', pathSet: 'string[]?' } },
  RetrieveOptions: { fields: { maxObjects: 'int?' } },
  RetrieveResult: { fields: { token: 'string?', objects: 'ObjectContent[]' } },
  SelectionSpec: { fields: { name: 'string?' } },
  TraversalSpec: {
    base: 'SelectionSpec',
    fields: { type: 'string', path: 'string', skip: 'boolean?', selectSet: 'SelectionSpec[]?' },
  },
  UpdateSet: { fields: { version: 'string', filterSet: 'PropertyFilterUpdate[]?', truncated: 'boolean?' } },
  WaitOptions: { fields: { maxWaitSeconds: 'int?', maxObjectUpdates: 'int?' } },
  DynamicProperty: { fields: { name: 'string', val: 'anyType' } },
});

export const propertyCollectorEnums = enumTypes({
  ObjectUpdateKind: ['modify', 'enter', 'leave'],
  PropertyChangeOp: ['add', 'remove', 'assign', 'indirectRemove'],
});
