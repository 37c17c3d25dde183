import { PROVIDERS } from '../../../../electron/contract/providers/lookup.ts'
import type { Provider } from '../../../../electron/contract/providers/provider.ts'

export type SettingRole =
  | 'accessKeyId'
  | 'secretAccessKey'
  | 'sessionToken'
  | 'endpoint'
  | 'region'
  | 'bucket'
  | 'prefix'
  | 'profile'
  | 'ssoStartUrl'
  | 'ssoRegion'
  | 'ssoAccountId'
  | 'ssoRoleName'
  | 'pathStyle'
  | 'hostBucket'
  | 'useHttps'
  | 'storeKind'
  | 'storeName'
  | 'envAuth'
  /** Refers to keys that only the AWS profile has. */
  | 'leadsElsewhere'

/** The letters and digits of a whole name. */
const WHOLE: Readonly<Record<string, SettingRole>> = {
  keyid: 'accessKeyId',
  accesstoken: 'sessionToken',
  prefix: 'prefix',
  profile: 'profile',
  awsprofile: 'profile',
  awsdefaultprofile: 'profile',
  hostbucket: 'hostBucket',
  usehttps: 'useHttps',
  type: 'storeKind',
  provider: 'storeName',
  envauth: 'envAuth',
  url: 'endpoint',
  rolearn: 'leadsElsewhere',
  credentialprocess: 'leadsElsewhere',
  sourceprofile: 'leadsElsewhere',
  ssosession: 'leadsElsewhere',
  webidentitytokenfile: 'leadsElsewhere',
}

/** Ends of names, after the prefix of any program. The first match counts. */
const ENDINGS: readonly (readonly [string, SettingRole])[] = [
  ['ssostarturl', 'ssoStartUrl'],
  ['ssoregion', 'ssoRegion'],
  ['ssoaccountid', 'ssoAccountId'],
  ['ssorolename', 'ssoRoleName'],
  ['secretaccesskey', 'secretAccessKey'],
  ['accesskeysecret', 'secretAccessKey'],
  ['secretkey', 'secretAccessKey'],
  ['applicationkey', 'secretAccessKey'],
  ['rootpassword', 'secretAccessKey'],
  ['spacessecret', 'secretAccessKey'],
  ['sessiontoken', 'sessionToken'],
  ['securitytoken', 'sessionToken'],
  ['accesskeyid', 'accessKeyId'],
  ['applicationkeyid', 'accessKeyId'],
  ['b2keyid', 'accessKeyId'],
  ['accesskey', 'accessKeyId'],
  ['rootuser', 'accessKeyId'],
  ['spaceskey', 'accessKeyId'],
  ['usepathstyleendpoint', 'pathStyle'],
  ['forcepathstyle', 'pathStyle'],
  ['usepathstyle', 'pathStyle'],
  ['endpointurls3', 'endpoint'],
  ['endpointurl', 'endpoint'],
  ['endpoint', 'endpoint'],
  ['hostbase', 'endpoint'],
  ['bucketlocation', 'region'],
  ['region', 'region'],
  ['bucketname', 'bucket'],
  ['bucket', 'bucket'],
  ['bucketprefix', 'prefix'],
  ['keyprefix', 'prefix'],
  ['s3prefix', 'prefix'],
]

export function settingRole(name: string): SettingRole | null {
  const bare = bareName(name)
  return WHOLE[bare] ?? ENDINGS.find(([ending]) => bare.endsWith(ending))?.[1] ?? null
}

/** `AWS_SECRET_ACCESS_KEY` is unambiguous; `secretKey` needs an access key beside it. */
export function isSurelySecret(name: string): boolean {
  return bareName(name).endsWith('secretaccesskey')
}

/** The provider that a setting with an account ID belongs to. */
export function accountOwner(name: string): Provider | null {
  return PROVIDERS.find((each) => each.account?.variables.includes(name.toUpperCase())) ?? null
}

/** `AWS_Access-Key ID` and `awsAccessKeyId` are the same name. */
function bareName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}
