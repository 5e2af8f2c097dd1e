import { z } from 'zod';
import { escapeXml, textOf } from '../clients/soap.ts';
import { referenceOf, referenceXml, taskResult, withFault } from '../clients/vcenter.ts';
import { isEncrypted } from './choice.ts';
import { named } from './named.ts';
import { cryptoXml, profileXml } from './spec-xml.ts';
import { defineVerb } from './verb.ts';

export const vcenterClone = defineVerb({
  name: 'vcenter.clone',
  summary: 'Clones a virtual machine into the first datacenter: CloneVM_Task. Result: { task, moid }.',
  with: z.strictObject({
    vm: named.vm,
    name: z.string().describe('Name of the new virtual machine.'),
    host: z.string().optional().describe('Its host; vCenter chooses when absent.'),
    cluster: z.string().optional().describe('Its cluster; the first one when absent.'),
    linkedTo: z.string().optional().describe('A snapshot that the clone shares the disks of.'),
    template: z.boolean().default(false).describe('Make a template of it.'),
    powerOn: z.boolean().default(false).describe('Switch it on.'),
    encryption: z.enum(['keep', 'recrypt', 'decrypt']).default('keep').describe('Same keys, new keys (deep), or none.'),
  }),
  run: ({ lab, clients: { vcenter } }, { vm, name, linkedTo, template, powerOn, encryption, ...places }) =>
    withFault(async () => {
      const machine = await vcenter.find('VirtualMachine', vm);
      const datacenter = await vcenter.find('Datacenter', lab.names.datacenter);
      const folder = referenceOf((await vcenter.properties(datacenter, 'vmFolder')).get('vmFolder'));
      const cluster = await vcenter.find('ComputeResource', places.cluster ?? lab.names.cluster);
      const pool = referenceOf((await vcenter.properties(cluster, 'resourcePool')).get('resourcePool'));
      const host = places.host === undefined ? '' : referenceXml('host', await vcenter.find('HostSystem', places.host));
      const snapshot = linkedTo === undefined ? undefined : await vcenter.snapshot(machine, linkedTo);
      const kind = encryption === 'recrypt' ? 'DeepRecrypt' : 'Decrypt';
      const policy = encryption === 'decrypt' ? profileXml('profile', undefined) : '';
      const disks = encryption === 'keep' ? [] : (await vcenter.disks(machine)).filter(isEncrypted);
      const locators = disks.map((disk) => {
        const datastore = `<datastore type="Datastore">${textOf(disk, 'backing', 'datastore')}</datastore>`;
        return `<disk><diskId>${textOf(disk, 'key')}</diskId>${datastore}${policy}<backing>${cryptoXml('crypto', kind)}</backing></disk>`;
      });
      const crypto = encryption === 'keep' ? '' : `${policy}${cryptoXml('cryptoSpec', kind)}`;
      const moveType = snapshot ? '<diskMoveType>createNewChildDiskBacking</diskMoveType>' : '';
      const location = `<location>${moveType}${referenceXml('pool', pool)}${host}${locators.join('')}${crypto}</location>`;
      const rest = `<template>${template}</template><powerOn>${powerOn}</powerOn>${snapshot ? referenceXml('snapshot', snapshot) : ''}`;
      const parameters = `${referenceXml('folder', folder)}<name>${escapeXml(name)}</name><spec>${location}${rest}</spec>`;
      const outcome = await vcenter.task('CloneVM_Task', machine, parameters);
      return { ...taskResult(outcome), moid: outcome.result?.text ?? null };
    }),
});
