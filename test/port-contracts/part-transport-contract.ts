import { expect, it } from 'vitest'
import type { Failure } from '../../electron/contract/failure/kinds.ts'
import { MIB } from '../../electron/contract/limits.ts'
import type { Outcome } from '../../electron/contract/outcome.ts'

/** The store's reaction to a PUT. */
export type StoreAnswer =
  | 'stored'
  | 'stored-without-etag'
  | 'slow-down'
  | 'too-many-requests'
  | 'server-error'
  | 'expired'
  | 'skewed'
  | 'upload-gone'
  | 'denied'
  | 'bad-digest'
  | 'cut'
  | 'never'

export interface PutReport {
  readonly outcome: Outcome<{ readonly etag: string }> | 'rejected'
  /** The values that `onSent` received. */
  readonly reported: readonly number[]
}

export interface TransportSubject {
  readonly put: (
    answer: StoreAnswer,
    byteLength: number,
    abort: 'never' | 'before' | 'after-first-byte' | 'when-asked',
  ) => Promise<PutReport>
}

/** How every answer must be translated, by the fake as well as over the network. */
export const FAILURES: {
  readonly [A in Exclude<StoreAnswer, 'stored' | 'never'>]: Failure
} = {
  'stored-without-etag': { kind: 'etag-hidden' },
  'slow-down': { kind: 'throttled', retryAfterMs: 7_000 },
  'too-many-requests': { kind: 'throttled', retryAfterMs: null },
  'server-error': { kind: 'server-error', status: 500 },
  expired: { kind: 'url-expired' },
  skewed: { kind: 'clock-skewed', serverTimeMs: null },
  'upload-gone': { kind: 'upload-gone' },
  denied: { kind: 'access-denied' },
  'bad-digest': { kind: 'body-corrupted' },
  cut: { kind: 'no-response' },
}

/** The behaviour that the engine relies on, whatever sends its parts. */
export function partTransportContract(subject: () => TransportSubject): void {
  it('succeeds only when the store has answered with an ETag', async () => {
    const { outcome, reported } = await subject().put('stored', 3 * MIB, 'never')

    expect(outcome).toEqual({ ok: true, value: { etag: expect.stringMatching(/^".+"$/) } })
    expect(reported.at(-1)).toBe(3 * MIB)
    expect(reported).toEqual([...reported].sort((one, other) => one - other))
  })

  it('sends a part without bytes', async () => {
    const { outcome } = await subject().put('stored', 0, 'never')

    expect(outcome).toMatchObject({ ok: true })
  })

  it.each(Object.entries(FAILURES))('answers %s as a value', async (answer, failure) => {
    const { outcome } = await subject().put(answer as keyof typeof FAILURES, MIB, 'never')

    expect(outcome).toMatchObject({ ok: false, failure })
  })

  it.each(['before', 'after-first-byte', 'when-asked'] as const)(
    'rejects when it is aborted (%s)',
    async (abort) => {
      const { outcome } = await subject().put('never', MIB, abort)

      expect(outcome).toBe('rejected')
    },
  )
}
