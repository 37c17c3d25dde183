import type { DestinationDraft } from '../../../../electron/contract/destination-draft.ts'
import { endpointOf } from '../../../../electron/contract/providers/lookup.ts'
import type { Provider } from '../../../../electron/contract/providers/provider.ts'

export type PastedFields = Partial<Omit<DestinationDraft, 'destinationId' | 'keepSecret'>>

export type PastedKind =
  | 'endpoint'
  | 'bucket-url'
  | 'arn'
  | 'console-page'
  | 'presigned-url'
  | 'bookmark'
  | 'keys'
  | 'settings'

/** Targets to which Ferry cannot upload. */
export type Unsupported =
  | 'access-point'
  | 'directory-bucket'
  | 'outpost'
  | 'object-lambda'
  | 'not-s3'
  /** A bucket's public address, from which the upload endpoint cannot be derived. */
  | 'public-address'

/** `fields` may contain a secret; nothing else does. */
export interface Pasted {
  readonly kind: PastedKind
  readonly fields: PastedFields
  readonly unsupported: Unsupported | null
}

/** A bucket, or a folder in it. Anything that the text does not say is null or empty. */
interface BucketLocation {
  /** Null: a self-hosted server, or unknown. */
  readonly provider?: Provider | null
  readonly region?: string | null
  readonly bucket?: string | null
  /** A folder or an object. */
  readonly path?: string | null
  /** Null: derived from provider and region. */
  readonly endpoint?: string | null
  readonly pathStyle?: boolean | null
}

export function locationFields(place: BucketLocation): PastedFields {
  const { provider = null, region = null, bucket, path } = place
  const endpoint = place.endpoint ?? (provider === null ? null : endpointFor(provider, region))
  const pathStyle = place.pathStyle ?? provider?.pathStyle ?? null
  return {
    ...(provider !== null && { provider: provider.id }),
    ...definedFields({
      endpoint,
      region,
      bucket: bucketNameIn(bucket),
      prefix: prefixOf(path ?? ''),
    }),
    ...(pathStyle !== null && { pathStyle }),
  }
}

type TextField = Exclude<
  {
    [F in keyof PastedFields]-?: Required<PastedFields>[F] extends string ? F : never
  }[keyof PastedFields],
  'provider' | 'credentialKind'
>

/** Leaves out empty fields, so that the form keeps its own values for them. */
export function definedFields(
  fields: Partial<Record<TextField, string | null | undefined>>,
): PastedFields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value))
}

/** `a/b` and `a/b/` give `a/b/`; `a/cat.jpg` gives `a/`. */
export function prefixOf(path: string): string {
  const segments = path.split('/').filter((each) => each !== '')
  const last = path.endsWith('/') ? undefined : segments.at(-1)
  if (last !== undefined && isFileName(last)) segments.pop()
  return segments.map((each) => `${each}/`).join('')
}

/** True for an extension that starts with a letter; `v1.2` is a folder. */
function isFileName(name: string): boolean {
  return /.\.[a-z][a-z0-9]{0,5}$/i.test(name)
}

/** The folder of an object's key. */
export function folderOf(key: string): string {
  return prefixOf(key.slice(0, key.lastIndexOf('/') + 1))
}

/** Null: no store would accept it as a bucket name. */
export function bucketNameIn(text: string | null | undefined): string | null {
  return text && /^[A-Za-z0-9_][A-Za-z0-9._-]{0,254}$/.test(text) ? text : null
}

/** Null: the endpoint contains the region, which is unknown. */
function endpointFor(provider: Provider, region: string | null): string | null {
  const needsRegion = provider.endpointTemplate?.includes('{region}') === true
  return needsRegion && region === null ? null : endpointOf(provider, region ?? '')
}

/** Leaves malformed percent-encoding unchanged. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
