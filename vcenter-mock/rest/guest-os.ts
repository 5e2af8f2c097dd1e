/**
 * com.vmware.vcenter.vm.GuestOS: the words of vim25's guest id in capitals, without "Guest". documented names; these follow no rule
 */
const irregular: Readonly<Record<string, string>> = {
  amazonlinux2_64Guest: 'AMAZONLINUX2_64',
  amazonlinux3_64Guest: 'AMAZONLINUX3_64',
  crxPod1Guest: 'CRXPOD_1',
  crxSys1Guest: 'CRXSYS_1',
  eComStationGuest: 'ECOMSTATION',
  eComStation2Guest: 'ECOMSTATION_2',
  openServer5Guest: 'OPENSERVER_5',
  openServer6Guest: 'OPENSERVER_6',
  os2Guest: 'OS2',
  unixWare7Guest: 'UNIXWARE_7',
  windows2019srv_64Guest: 'WINDOWS_SERVER_2019',
  windows2019srvNext_64Guest: 'WINDOWS_SERVER_2021',
  windows2022srvNext_64Guest: 'WINDOWS_SERVER_2025',
  windowsHyperVGuest: 'WINDOWS_HYPERV',
};

/** A guest id as the REST API names it. A version with an x is one word: other5xLinuxGuest is OTHER_5X_LINUX. */
export function guestOsOf(guestId: string): string {
  const words = guestId
    .replace(/Guest(?=\d*$)/, '')
    .replace(/(?<=[a-z])(?=[A-Z\d])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=\d)(?=[A-Za-z])(?!x[A-Z])/g, '_');
  return irregular[guestId] ?? words.toUpperCase();
}
