import * as z from 'zod/mini'
import { StoreFindings } from '../../contract/commands/checks.ts'
import { Destination, DestinationColor } from '../../contract/commands/destinations.ts'
import type { DestinationId } from '../../contract/ids.ts'
import { DEFAULT_LINK_SECONDS, S3_LIMITS } from '../../contract/limits.ts'
import { isRegion } from '../../contract/plain-text.ts'
import { providerOf } from '../../contract/providers/lookup.ts'
import { isFields, type JsonFields, readFields } from '../../lib/read-fields.ts'
import type { Json } from '../ports.ts'
import { readStoredRules, unknownRules } from './destination-rules.ts'

/**
 * A destination as the settings file holds it; it contains the secret only as the vault keeps it.
 */
const StoredFields = z.extend(z.omit(Destination, { hasSecret: true, keysExpireAtMs: true }), {
  endpoint: Destination.shape.endpoint.check(z.refine(isWebAddress)),
  region: Destination.shape.region.check(z.refine((text) => text === '' || isRegion(text))),
  /** The vault's reference to the secret; null if the secret is not kept. */
  keptSecret: z.nullable(z.string()),
  /** The key under which Ferry probed the store for checksums and perhaps has not cleaned up. */
  probeKey: z.nullable(z.string()),
})
type StoredFields = z.infer<typeof StoredFields>

export interface StoredDestination extends StoredFields {
  readonly aside: UnreadFields
}

/**
 * The stored form of fields that this version of Ferry cannot read completely, by name. It is
 * written back where it was found, so that the version that wrote it finds it again. It is dropped
 * when the user or a check sets the field.
 */
export interface UnreadFields {
  readonly fields: JsonFields
  readonly rules: JsonFields
  readonly findings: JsonFields
}

export const NOTHING_UNREAD: UnreadFields = { fields: {}, rules: {}, findings: {} }

/** Observations about the store, valid as long as the destination means the same store. */
export type StoreKnowledge = Pick<StoredDestination, 'integrity' | 'probeKey' | 'findings'>
export const NOTHING_KNOWN: StoreKnowledge = { integrity: null, probeKey: null, findings: null }

/** The observations that remain valid after an edit. */
export function knowledgeFor(former: StoredDestination | null, now: StoreAddress): StoreKnowledge {
  if (former === null || !isSameStore(former, now)) return NOTHING_KNOWN
  const { integrity, probeKey, findings } = former
  return { integrity, probeKey, findings }
}

/** A different address, or a different way to it, may be a different store. */
export function isSameStore(one: StoreAddress, other: StoreAddress): boolean {
  return (
    one.provider === other.provider &&
    one.endpoint === other.endpoint &&
    one.region === other.region &&
    one.bucket === other.bucket &&
    one.pathStyle === other.pathStyle
  )
}

type StoreAddress = Pick<Destination, 'provider' | 'endpoint' | 'region' | 'bucket' | 'pathStyle'>

/**
 * Sets some fields. Drops the unread forms of these fields, since their values have changed;
 * unknown rules of a newer version stay, because the user could not see them to change them.
 */
export function withFields(
  stored: StoredDestination,
  changes: Partial<Omit<StoredDestination, 'aside'>>,
): StoredDestination {
  const { fields, rules, findings } = stored.aside
  const untouched = Object.entries(fields).filter(([name]) => !Object.hasOwn(changes, name))
  const areFindingsSet = changes.findings !== undefined && changes.findings !== stored.findings
  return {
    ...stored,
    ...changes,
    aside: {
      fields: Object.fromEntries(untouched),
      rules: changes.rules === undefined ? rules : unknownRules(rules),
      findings: areFindingsSet ? {} : findings,
    },
  }
}

/** Code that asks for a destination's origin relies on this. */
function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}

const { rules: _rules, findings: _findings, ...OWN_SHAPE } = StoredFields.shape
type OwnField = keyof typeof OWN_SHAPE

/** As if a check had found nothing. */
const NO_FINDINGS: StoreFindings = {
  checkedAtMs: 0,
  integrity: null,
  conditionalPut: null,
  conditionalComplete: null,
  takesPostForms: null,
  maxPartCount: null,
  versioning: null,
  unfinishedDays: null,
  isPublic: null,
}

/** Used only if a field of the entry cannot be read and the entry is usable without it. */
const DEFAULTS: { readonly [K in OwnField]: StoredFields[K] } = {
  destinationId: '' as DestinationId,
  kind: 's3',
  name: '',
  color: 'blue',
  provider: 'other',
  endpoint: 'http://127.0.0.1',
  region: '',
  bucket: '',
  prefix: '',
  pathStyle: true,
  credentials: { kind: 'keys', accessKeyId: '' },
  secretPlace: 'memory',
  linkSeconds: DEFAULT_LINK_SECONDS,
  maxPartCount: S3_LIMITS.maxPartCount,
  integrity: null,
  keptSecret: null,
  probeKey: null,
}

/** Without these fields it is unknown where files would go, or with whose keys. */
const REQUIRED: readonly OwnField[] = [
  'destinationId',
  'kind',
  'endpoint',
  'region',
  'bucket',
  'prefix',
  'pathStyle',
  'credentials',
]
/** The bucket on this computer supplies the other fields itself when it starts. */
const REQUIRED_LOCALLY: readonly OwnField[] = ['destinationId', 'kind']

/**
 * Reads an entry field by field; null if the rest of it is not usable.
 * @param place the index in the list, from which a destination without a colour gets one, so that
 * neighbours differ.
 */
export function readDestination(entry: Json, place: number): StoredDestination | null {
  if (!isFields(entry)) return null
  const { rules: storedRules, findings: storedFindings, ...stored } = withCredentials(entry)
  const own = readFields(OWN_SHAPE, { ...DEFAULTS, color: colorAt(place) }, stored)
  const needed = own.value.kind === 'local' ? REQUIRED_LOCALLY : REQUIRED
  if (needed.some((field) => own.defaulted.has(field))) return null
  const { rules, ...rulesAside } = readStoredRules(storedRules)
  const { findings, ...findingsAside } = readFindings(storedFindings)
  const { name, bucket, provider, maxPartCount } = own.value
  return {
    ...own.value,
    name: own.defaulted.has('name') ? bucket : name,
    maxPartCount: own.defaulted.has('maxPartCount')
      ? providerOf(provider).maxPartCount
      : maxPartCount,
    rules,
    findings,
    aside: {
      fields: { ...own.aside, ...rulesAside.whole, ...findingsAside.whole },
      rules: rulesAside.aside,
      findings: findingsAside.aside,
    },
  }
}

/** The form for the settings file; unread values are put back where they were found. */
export function writtenDestination({ aside, ...stored }: StoredDestination): JsonFields {
  const { rules, findings } = stored
  return {
    ...stored,
    rules: { ...rules, ...aside.rules },
    findings: findings === null ? null : { ...findings, ...aside.findings },
    ...aside.fields,
  }
}

/** Omits the fields that this version of Ferry does not know. */
export function knownFields(fields: JsonFields): JsonFields {
  const known = Object.entries(fields).filter(([name]) => Object.hasOwn(StoredFields.shape, name))
  return Object.fromEntries(known)
}

/** Reads each finding by itself; an unreadable one counts as not found. */
function readFindings(stored: Json | undefined) {
  if (isFields(stored)) {
    const { value, aside } = readFields(StoreFindings.shape, NO_FINDINGS, stored)
    return { findings: value, aside, whole: {} }
  }
  const whole: JsonFields = stored == null ? {} : { findings: stored }
  return { findings: null, aside: {}, whole }
}

/** Once, typed keys were the only credentials and were stored among the other fields. */
function withCredentials(entry: JsonFields): JsonFields {
  const { accessKeyId, ...rest } = entry
  if (accessKeyId === undefined || 'credentials' in entry) return entry
  return { ...rest, credentials: { kind: 'keys', accessKeyId } }
}

/** Different colours for neighbours in a list. */
export function colorAt(place: number): DestinationColor {
  const colors = DestinationColor.options
  return colors[place % colors.length] ?? 'blue'
}
