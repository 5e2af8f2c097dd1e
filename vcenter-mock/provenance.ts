/** Where a text or value comes from: seen on the wire or in a public source, told by a vendor or by users, or made up here. */
export type Provenance = 'observed' | 'documented' | 'reported by users' | 'assumed';
