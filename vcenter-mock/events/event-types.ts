/**
 * The classic event types that the engine posts, with the category and text that EventManager.description gives for
 * them. Texts: observed event lists (vcenter.md 12.2) where listed there; the others are assumed in the same style.
 */
export const eventTypes = {
  VmBeingCreatedEvent: { category: 'info', description: 'Creating VM' },
  VmCreatedEvent: { category: 'info', description: 'VM created' },
  VmRemovedEvent: { category: 'info', description: 'VM removed' },
  VmReconfiguredEvent: { category: 'info', description: 'VM reconfigured' },
  VmRenamedEvent: { category: 'info', description: 'VM renamed' },
  VmStartingEvent: { category: 'info', description: 'VM starting' },
  VmPoweredOnEvent: { category: 'info', description: 'VM powered on' },
  VmStoppingEvent: { category: 'info', description: 'VM stopping' },
  VmPoweredOffEvent: { category: 'info', description: 'VM powered off' },
  VmFailedToPowerOnEvent: { category: 'error', description: 'Cannot power on VM' },
  VmBeingHotMigratedEvent: { category: 'info', description: 'VM is hot migrating' },
  VmBeingMigratedEvent: { category: 'info', description: 'VM migrating' },
  VmMigratedEvent: { category: 'info', description: 'VM migrated' },
  VmFailedMigrateEvent: { category: 'error', description: 'Cannot migrate VM' },
  VmBeingRelocatedEvent: { category: 'info', description: 'VM relocating' },
  VmRelocatedEvent: { category: 'info', description: 'VM relocated' },
  HostShutdownEvent: { category: 'info', description: 'Host shut down' },
  HostConnectionLostEvent: { category: 'error', description: 'Host connection lost' },
  HostConnectedEvent: { category: 'info', description: 'Host connected' },
  GeneralUserEvent: { category: 'user', description: 'General user event' },
  UserLoginSessionEvent: { category: 'info', description: 'User login' },
  UserLogoutSessionEvent: { category: 'info', description: 'User logout' },
  BadUsernameSessionEvent: { category: 'error', description: 'Invalid user name' },
} as const satisfies Record<string, { category: string; description: string }>;
