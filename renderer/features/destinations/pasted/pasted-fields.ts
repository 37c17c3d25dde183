import type { DestinationDraft } from '../../../../electron/contract/destination-draft.ts'
import { endpointOf } from '../../../../electron/contract/providers/lookup.ts'
import type { Provider } from '../../../../electron/contract/providers/provider.ts'

/** The form's fields that a pasted text can fill. */
export type PastedFields = Partial<Omit<DestinationDraft, 'destinationId' | 'keepSecret'>>

/** What the text was, so that the form can say what it did with it. */
export type PastedKind =
  | 'endpoint'
  | 'bucket-url'
  | 'arn'
  | 'console-page'
  | 'presigned-url'
  | 'bookmark'
  | 'keys'
  | 'settings'

/** What the text names that Ferry cannot upload to. */
export type Unsupported =
  | 'access-point'
  | 'directory-bucket'
  | 'outpost'
  | 'object-lambda'
  | 'not-s3'
  /** It names a bucket's public address; the account's own is not in it. */
  | 'public-address'

/** What was understood of a pasted text. A secret is only in `fields`, and only if it was pasted. */
export interface Pasted {
  readonly what: PastedKind
  readonly fields: PastedFields
  readonly unsupported: Unsupported | null
}

/** Where a text says that files go. What it does not say is null or empty. */
export interface BucketLocation {
  /** Null: a server of somebody's own, or not told. */
  readonly provider?: Provider | null
  readonly region?: string | null
  readonly bucket?: string | null
  /** A folder, or an object in it. */
  readonly path?: string | null
  /** Null: as the provider and the region tell. */
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

/** Only what was said, so that the rest of the form stays as it is. */
export function definedFields(
  fields: Partial<Record<TextField, string | null | undefined>>,
): PastedFields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value))
}

/** `a/b` and `a/b/` are a folder; of `a/cat.jpg` the folder is meant. */
export function prefixOf(path: string): string {
  const segments = path.split('/').filter((each) => each !== '')
  const last = path.endsWith('/') ? undefined : segments.at(-1)
  if (last !== undefined && isFileName(last)) segments.pop()
  return segments.map((each) => `${each}/`).join('')
}

/** A name with an extension that begins with a letter; `v1.2` is a folder. */
function isFileName(name: string): boolean {
  return /.\.[a-z][a-z0-9]{0,5}$/i.test(name)
}

/** A folder of which an object's key is known for sure. */
export function folderOf(key: string): string {
  return prefixOf(key.slice(0, key.lastIndexOf('/') + 1))
}

/** Null for what no store would take as a bucket's name. */
export function bucketNameIn(text: string | null | undefined): string | null {
  return text && /^[A-Za-z0-9_][A-Za-z0-9._-]{0,254}$/.test(text) ? text : null
}

/** Null where the region is a part of the address, and is not known. */
function endpointFor(provider: Provider, region: string | null): string | null {
  const needsRegion = provider.endpointTemplate?.includes('{region}') === true
  return needsRegion && region === null ? null : endpointOf(provider, region ?? '')
}

/** Percent-encoding undone; what is not well encoded stays as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
