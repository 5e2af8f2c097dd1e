/** The part of OVHcloud's official client that the lab uses; the package brings no types. */
declare module '@ovhcloud/node-ovh' {
  export interface OvhClient {
    /** Seconds that the API's clock is ahead of the machine's; known from the first signed call on. */
    apiTimeDiff: number;
    request(
      method: string,
      path: string,
      parameters: Record<string, unknown>,
      callback: (error: number | string | null, response: unknown) => void,
    ): void;
  }
  function ovh(options: {
    host: string;
    port: number;
    basePath: string;
    appKey: string;
    appSecret: string;
    consumerKey: string;
  }): OvhClient;
  export default ovh;
}
