import { fieldsOf } from '../vim/kernel/registry.ts';
import type { Data } from '../vim/kernel/values.ts';

/** A value as the event text shows it: `(keyId = "..", providerId = (id = "KMS"))`. observed form */
function show(value: unknown): string {
  if (value === undefined) return '<unset>';
  if (typeof value === 'string') return `"${value}"`;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return `(${value.map(show).join(', ')})`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([key, member]) => key !== '_type' && member !== undefined);
    return `(${members.map(([key, member]) => `${key} = ${show(member)}`).join(', ')})`;
  }
  return String(value);
}

/** What changed in a VM's configuration, as lines `config.keyId:<unset> -> (...);`. observed form */
export function describeChanges(
  before: Data<'VirtualMachineConfigInfo'>,
  after: Data<'VirtualMachineConfigInfo'>,
): Data<'ChangesInfoEventArgument'> {
  const lines: string[] = [];
  for (const { field } of fieldsOf('VirtualMachineConfigInfo').values()) {
    if (field === 'changeVersion' || field === 'modified' || field === 'hardware') continue;
    const old = show(Reflect.get(before, field));
    const now = show(Reflect.get(after, field));
    if (old !== now) lines.push(`config.${field}:${old} -> ${now};`);
  }
  for (const field of ['numCPU', 'numCoresPerSocket', 'memoryMB'] as const) {
    const old = show(before.hardware[field]);
    const now = show(after.hardware[field]);
    if (old !== now) lines.push(`config.hardware.${field}:${old} -> ${now};`);
  }
  const devices = new Map((before.hardware.device ?? []).map((device) => [device.key, device]));
  for (const device of after.hardware.device ?? []) {
    const old = devices.get(device.key);
    if (old && show(old) !== show(device)) {
      lines.push(`config.hardware.device(${device.key}).backing:${show(old.backing)} -> ${show(device.backing)};`);
    }
  }
  return { modified: lines.join('\n\n') };
}
