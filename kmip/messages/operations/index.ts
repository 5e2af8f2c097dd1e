import type { OperationDefinition } from '../operation.ts';
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
import { locate } from './locate.ts';
import { modifyAttribute } from './modify-attribute.ts';
import { query } from './query.ts';
import { register } from './register.ts';
import { revoke } from './revoke.ts';

/** Every operation whose payloads keyrig can type. */
export const operations = {
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
};

const BY_CODE = new Map<number, OperationDefinition<unknown, unknown>>(
  Object.values(operations).map((definition) => [
    definition.operation,
    definition as OperationDefinition<unknown, unknown>,
  ]),
);

/** The definition of an operation code, or undefined when its payloads are not typed here. */
export function operationByCode(code: number): OperationDefinition<unknown, unknown> | undefined {
  return BY_CODE.get(code);
}
