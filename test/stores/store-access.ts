import type { Store } from '../local-bucket/conformance/store.ts'

/** The kind of store; it selects the known deviations. */
export type StoreKind = 'ceph-16' | 'other'

/** A store on which tests may create buckets, or fill the one named bucket. */
export interface StoreAccess extends Omit<Store, 'bucket'> {
  readonly kind: StoreKind
  /** Null: every test creates a bucket of its own. */
  readonly bucket: string | null
  /**
   * The same store through a gateway that answers a successful PUT with 201; null if there is none.
   */
  readonly createdEndpoint: string | null
}

const NEEDED = [
  'FERRY_STORE_ENDPOINT',
  'FERRY_STORE_REGION',
  'FERRY_STORE_ACCESS_KEY_ID',
  'FERRY_STORE_SECRET_ACCESS_KEY',
] as const

export type GivenStore =
  | { readonly state: 'given'; readonly access: StoreAccess }
  | { readonly state: 'incomplete'; readonly missing: readonly string[] }
  | { readonly state: 'none' }

/** The store that the environment names, if it names one. */
export function givenStore(env: NodeJS.ProcessEnv): GivenStore {
  const values = NEEDED.map((name) => env[name] ?? '')
  const missing = NEEDED.filter((_, index) => values[index] === '')
  if (missing.length === NEEDED.length) return { state: 'none' }
  if (missing.length > 0) return { state: 'incomplete', missing }
  const [endpoint = '', region = '', accessKeyId = '', secretAccessKey = ''] = values
  const kind = env.FERRY_STORE_KIND === 'ceph-16' ? 'ceph-16' : 'other'
  const bucket = env.FERRY_STORE_BUCKET || null
  const createdEndpoint = env.FERRY_STORE_CREATED_ENDPOINT || null
  const credentials = { accessKeyId, secretAccessKey }
  return {
    state: 'given',
    access: { kind, endpoint, region, bucket, createdEndpoint, credentials },
  }
}

/** The inverse, for the process that runs the tests. */
export function envOf(access: StoreAccess) {
  const { kind, endpoint, region, bucket, createdEndpoint, credentials } = access
  return {
    FERRY_STORE_KIND: kind,
    FERRY_STORE_ENDPOINT: endpoint,
    FERRY_STORE_REGION: region,
    FERRY_STORE_ACCESS_KEY_ID: credentials.accessKeyId,
    FERRY_STORE_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(bucket === null ? {} : { FERRY_STORE_BUCKET: bucket }),
    ...(createdEndpoint === null ? {} : { FERRY_STORE_CREATED_ENDPOINT: createdEndpoint }),
  }
}
