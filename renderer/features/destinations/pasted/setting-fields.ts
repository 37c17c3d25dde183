import { PROVIDERS } from '../../../../electron/contract/providers/lookup.ts'
import {
  bucketNameIn,
  definedFields,
  locationFields,
  type PastedFields,
  prefixOf,
} from './pasted-fields.ts'
import { accountOwner, isSurelySecret, type SettingRole, settingRole } from './setting-names.ts'
import { parseStoreAddress } from './store-address.ts'

export type Setting = readonly [name: string, value: string]

type ValuesByRole = Partial<Record<SettingRole, string>>

const SHAPES: Partial<Record<SettingRole, RegExp>> = {
  accessKeyId: /^\S{3,300}$/,
  secretAccessKey: /^\S{8,1000}$/,
  sessionToken: /^\S{16,8000}$/,
  endpoint: /[.:]|^localhost$/i,
  region: /^[A-Za-z0-9_-]{2,60}$/,
  profile: /^\S[^\n]{0,199}$/,
}

/** Placeholders: `<your key>`, `${KEY}`, `YOUR-ACCESS-KEY-HERE`, `****`. */
const PLACEHOLDER = /^(?:[<${%]|your[-_ ]|\*+$|x{4,}$|\.{3}|op:\/\/|null$|undefined$)/i

/** Null: the settings say nothing about a destination. */
export function fieldsOfSettings(settings: readonly Setting[]): PastedFields | null {
  const fields = allFieldsOf(settings)
  // A region alone may belong to anything.
  const { region: _region, pathStyle: _pathStyle, ...telling } = fields
  return Object.keys(telling).length === 0 ? null : fields
}

/** For settings that are known to be about S3. */
export function allFieldsOf(settings: readonly Setting[]): PastedFields {
  const said = valuesByRole(settings)
  return { ...locationOf(settings, said), ...(keysOf(settings, said) ?? signInOf(said)) }
}

function valuesByRole(settings: readonly Setting[]): ValuesByRole {
  const said: ValuesByRole = {}
  for (const [name, typed] of settings) {
    const role = settingRole(name)
    const value = typed.trim()
    if (role === null || value === '' || said[role] !== undefined) continue
    if (PLACEHOLDER.test(value) || SHAPES[role]?.test(value) === false) continue
    said[role] = value
  }
  return said
}

function keysOf(settings: readonly Setting[], said: ValuesByRole): PastedFields | null {
  const { accessKeyId, secretAccessKey, sessionToken } = said
  const isSecretSure = settings.some(([name]) => isSurelySecret(name))
  if (accessKeyId === undefined && !isSecretSure) return null
  if (accessKeyId === undefined && secretAccessKey === undefined) return null
  return {
    credentialKind: 'keys',
    ...definedFields({ accessKeyId, secretAccessKey, sessionToken }),
  }
}

function signInOf(said: ValuesByRole): PastedFields {
  const { profile, ssoStartUrl, ssoRegion, ssoAccountId, ssoRoleName } = said
  const sso = definedFields({ ssoStartUrl, ssoRegion, ssoAccountId, ssoRoleName })
  if (ssoStartUrl !== undefined) return { credentialKind: 'sso', ...sso }
  if (profile !== undefined) return { credentialKind: 'profile', profile }
  return said.envAuth === 'true' ? { credentialKind: 'environment' } : {}
}

function locationOf(settings: readonly Setting[], said: ValuesByRole): PastedFields {
  const address = addressOf(settings, said)
  const named = PROVIDERS.find(
    ({ rcloneName }) => rcloneName !== null && rcloneName === said.storeName,
  )
  const provider = address.provider === undefined ? named : undefined
  const told =
    provider === undefined
      ? definedFields({ region: said.region })
      : locationFields({
          provider,
          region: said.region ?? null,
          ...(address.endpoint !== undefined && { endpoint: address.endpoint }),
        })
  const own = definedFields({
    bucket: bucketNameIn(said.bucket),
    prefix: prefixOf(said.prefix ?? ''),
  })
  return { ...address, ...told, ...own, ...pathStyleOf(said) }
}

function addressOf(settings: readonly Setting[], said: ValuesByRole): PastedFields {
  const typed = said.endpoint ?? accountEndpoint(settings)
  if (typed === null) return {}
  const scheme = /^false$/i.test(said.useHttps ?? '') ? 'http' : 'https'
  const url = URL.parse(/^https?:\/\//i.test(typed) ? typed : `${scheme}://${typed}`)
  return (url === null ? null : parseStoreAddress(url)?.fields) ?? {}
}

function accountEndpoint(settings: readonly Setting[]): string | null {
  for (const [name, value] of settings) {
    const account = accountOwner(name)?.account
    if (account && /^[a-z0-9]{4,64}$/i.test(value)) {
      return account.endpointTemplate.replace('{account}', value)
    }
  }
  return null
}

/** In s3cmd's `host_bucket`, `%(bucket)s` means virtual-hosted style. */
function pathStyleOf({ pathStyle, hostBucket }: ValuesByRole): PastedFields {
  if (pathStyle !== undefined) return { pathStyle: /^(?:true|1|yes|on)$/i.test(pathStyle) }
  return hostBucket === undefined ? {} : { pathStyle: !hostBucket.includes('%(bucket)') }
}
