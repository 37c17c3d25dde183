import type { DestinationId } from '../../electron/contract/ids.ts'
import { DEFAULT_RULES } from '../../electron/contract/rules/upload-rules.ts'
import { NOTHING_ASIDE } from '../../electron/core/destinations/stored-destination.ts'
import type { StoreHttp } from '../../electron/core/ports.ts'
import { fixedKeys } from '../../electron/core/s3/access-keys.ts'
import { openStore } from '../../electron/core/s3/client.ts'
import type { HttpTimeouts } from '../../electron/core/s3/http/bounded-http.ts'
import type { Store } from '../../electron/core/store/store.ts'

/** The core's own client, to a store that a test answers for. Destroy its client. */
export function openStubStore(
  endpoint: string,
  patience: HttpTimeouts = { connectMs: 5000, idleMs: 15_000 },
  storeHttp?: StoreHttp,
): Store {
  return openStore(
    {
      destinationId: 'any' as DestinationId,
      kind: 's3',
      name: 'any',
      provider: 'other',
      endpoint,
      region: 'eu-1',
      bucket: 'photos',
      prefix: '',
      pathStyle: true,
      credentials: { kind: 'keys', accessKeyId: 'AKIA' },
      color: 'blue',
      rules: DEFAULT_RULES,
      findings: null,
      secretPlace: 'memory',
      keptSecret: null,
      integrity: null,
      probeKey: null,
      linkSeconds: 60,
      maxPartCount: 1000,
      aside: NOTHING_ASIDE,
    },
    fixedKeys('AKIA', { secretAccessKey: 'secret', sessionToken: '' }),
    { now: () => Date.now(), ...(storeHttp === undefined ? {} : { storeHttp }) },
    patience,
  )
}
