import { activate } from './activate.ts';
import { addAttribute } from './add-attribute.ts';
import { check } from './check.ts';
import { create } from './create.ts';
import { deleteAttribute } from './delete-attribute.ts';
import { destroy } from './destroy.ts';
import { discoverVersions } from './discover-versions.ts';
import { get } from './get.ts';
import { getAttributeList } from './get-attribute-list.ts';
import { getAttributes } from './get-attributes.ts';
import type { OperationHandler } from './handler.ts';
import { locate } from './locate.ts';
import { modifyAttribute } from './modify-attribute.ts';
import { createQuery } from './query.ts';
import { register } from './register.ts';
import { revoke } from './revoke.ts';

const query = createQuery(() => handlers.values());

/** Every operation that the server carries out, by code. What is not here is Operation Not Supported. */
export const handlers: ReadonlyMap<number, OperationHandler> = new Map(
  [
    create,
    register,
    locate,
    check,
    get,
    getAttributes,
    getAttributeList,
    addAttribute,
    modifyAttribute,
    deleteAttribute,
    activate,
    revoke,
    destroy,
    query,
    discoverVersions,
  ].map((handler) => [handler.operation, handler]),
);
