/** The roles whose key pairs a lab needs before it is ready: one for each KMS, and those below. */
export function startRoles(kmsNames: readonly string[] = ['kms-1']): string[] {
  return ['ca', ...kmsNames, 'client vcenter', 'web'];
}
