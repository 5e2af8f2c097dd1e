/** How a person's second factor arrives: in the inbox of the lab. */
export type SecondFactor = 'sms' | 'mail';

/** The customer that the API belongs to. All may be left out. */
export interface AccountOptions {
  /** Customer identifier; default: `account` of the assumed values. */
  nichandle?: string;
  /** Default: drawn from the seed. */
  password?: string;
  email?: string;
  phoneNumber?: string;
  /** Default: a password is enough. */
  secondFactor?: SecondFactor;
  /** Local users of the account; they log in as `nichandle/login`. */
  users?: readonly SubUserOptions[];
  /** OAuth2 clients. */
  serviceAccounts?: readonly ServiceAccountOptions[];
  /** What users and service accounts may do. The account itself may do everything. */
  policies?: readonly PolicyOptions[];
}

export interface SubUserOptions {
  login: string;
  /** Default: drawn from the seed. */
  password?: string;
  description?: string;
  email?: string;
  phoneNumber?: string;
  secondFactor?: SecondFactor;
}

export interface ServiceAccountOptions {
  clientId: string;
  clientSecret: string;
  description?: string;
  /** Access tokens that are there when the lab starts and never expire. */
  accessTokens?: readonly string[];
}

/** An IAM policy; `*` stands for anything in actions and resources. */
export interface PolicyOptions {
  /** URNs, logins of users, or client ids. */
  identities: readonly string[];
  /** URNs such as `urn:v1:eu:resource:pccVMware:pcc-192-0-2-10`; default: every resource. */
  resources?: readonly string[];
  /** Actions such as `pccVMware:apiovh:vmEncryption/kms/get`. */
  allow?: readonly string[];
  /** What is taken out of `allow`. */
  except?: readonly string[];
  /** What no other policy can allow. */
  deny?: readonly string[];
}
