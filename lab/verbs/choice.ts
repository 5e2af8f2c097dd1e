import { z } from 'zod';
import { at, type Element } from '../clients/soap.ts';

/** Which parts of a VM an operation on its encryption is about. */
export const choice = {
  vmFiles: z.boolean().default(true).describe('Select the files of the virtual machine.'),
  disks: z
    .union([z.literal('all'), z.array(z.number().int())])
    .default('all')
    .describe('Select disks: all, or their positions counted from 1.'),
};

/** The chosen ones of a VM's disks. */
export function chosenDisks(disks: readonly Element[], chosen: 'all' | readonly number[]): Element[] {
  return disks.filter((_, index) => chosen === 'all' || chosen.includes(index + 1));
}

/** True for a disk whose file has a key. */
export function isEncrypted(disk: Element): boolean {
  return at(disk, 'backing', 'keyId') !== undefined;
}
