# What a Ruby script of vSphere's older days does, with rbvmomi 1.8.2: it speaks vim25 5.5, which knows neither keys nor key
# providers, yet its storage profiles encrypt. Reads the lab's ready line (JSON) from standard input and prints one JSON object.

require 'json'
require 'rbvmomi'
require 'rbvmomi/pbm'
require 'uri'

VIM = RbVmomi::VIM

ready = JSON.parse($stdin.read)
url = URI(ready['vcenter']['url'])
vim = VIM.connect(
  host: url.host, port: url.port, user: ready['vcenter']['username'], password: ready['vcenter']['password'],
)
content = vim.serviceContent
datacenter = vim.serviceInstance.find_datacenter or raise 'no datacenter'
cluster = datacenter.hostFolder.childEntity.grep(VIM::ClusterComputeResource).first
hosts = cluster.host
steps = {
  about: content.about.fullName,
  speaks: vim.rev,
  datacenter: datacenter.name,
  hosts: hosts.map(&:name),
}

def disks(vm)
  vm.config.hardware.device.grep(VIM::VirtualDisk)
end

def describe(vm)
  host, state, name = vm.collect('runtime.host', 'runtime.powerState', 'config.name')
  { name: name, powerState: state, host: host.name, disks: disks(vm).map { |disk| disk.backing.fileName } }
end

def failure
  yield
  nil
rescue RbVmomi::Fault => fault
  { type: fault.fault.class.wsdl_name, message: fault.message }
end

# Names and power states of all in one call.
vms = datacenter.vmFolder.childEntity.grep(VIM::VirtualMachine)
seen = vim.propertyCollector.collectMultiple(vms, 'name', 'runtime.powerState')
steps[:listed] = vms.map { |vm| seen[vm] }
web = datacenter.find_vm('web-1')
db = datacenter.find_vm('db-1')
steps[:web] = describe(web)

# Power, and a state that does not allow it.
db.PowerOnVM_Task.wait_for_completion
steps[:poweredOn] = describe(db)
steps[:poweredOnTwice] = failure { db.PowerOnVM_Task.wait_for_completion }
db.PowerOffVM_Task.wait_for_completion

# A new machine.
spec = {
  name: 'ruby-1', guestId: 'otherGuest64', numCPUs: 1, memoryMB: 512,
  files: { vmPathName: '[datastore1]' },
  deviceChange: [
    { operation: :add, device: VIM.ParaVirtualSCSIController(key: 1000, busNumber: 0, sharedBus: :noSharing) },
    {
      operation: :add, fileOperation: :create,
      device: VIM.VirtualDisk(
        key: 0, controllerKey: 1000, unitNumber: 0, capacityInKB: 1024 * 1024,
        backing: VIM.VirtualDiskFlatVer2BackingInfo(fileName: '[datastore1]', diskMode: :persistent, thinProvisioned: true),
      ),
    },
  ],
}
pool = cluster.resourcePool
made = datacenter.vmFolder.CreateVM_Task(config: spec, pool: pool, host: hosts.first).wait_for_completion
steps[:made] = describe(made)
steps[:madeTwice] = failure { datacenter.vmFolder.CreateVM_Task(config: spec, pool: pool).wait_for_completion }

# To the other host, running.
made.PowerOnVM_Task.wait_for_completion
made.RelocateVM_Task(spec: { host: hosts.last, pool: pool }).wait_for_completion
steps[:moved] = describe(made)
made.PowerOffVM_Task.wait_for_completion

# The storage policies, and encryption by one of them.
pbm = RbVmomi::PBM.connect(vim, port: url.port)
profiles = pbm.serviceContent.profileManager
ids = profiles.PbmQueryProfile(resourceType: { resourceType: 'STORAGE' }, profileCategory: 'REQUIREMENT')
policies = profiles.PbmRetrieveContent(profileIds: ids)
steps[:policies] = policies.map(&:name).sort
encryption = policies.find { |policy| policy.name == 'VM Encryption Policy' }.profileId.uniqueId
profile = [VIM.VirtualMachineDefinedProfileSpec(profileId: encryption)]
changes = disks(made).map { |disk| { operation: :edit, device: disk, profile: profile } }
made.ReconfigVM_Task(spec: { vmProfile: profile, deviceChange: changes }).wait_for_completion
steps[:encrypted] = describe(made)
steps[:poweredOnEncrypted] = begin
  made.PowerOnVM_Task.wait_for_completion
  describe(made)
end
made.PowerOffVM_Task.wait_for_completion

# What happened, newest last, as this client's release knows the events.
events = content.eventManager.QueryEvents(filter: { entity: { entity: made, recursion: :self } })
steps[:events] = events.map { |event| event.class.wsdl_name }

made.Destroy_Task.wait_for_completion
steps[:gone] = datacenter.find_vm('ruby-1').nil?
steps[:deleted] = failure { made.name }

steps[:wrongPassword] = failure { VIM.connect(host: url.host, port: url.port, user: 'nobody', password: 'wrong') }
vim.close
puts JSON.generate(steps)
