import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure, type FailureKind } from '../../electron/contract/failure/kinds.ts'
import { failureFromHttp, PRECONDITION_FAILED } from '../../electron/contract/failure/s3-failure.ts'
import {
  budgetAfter,
  FRESH_BUDGET,
  isRetriedOnNetworkChange,
  MAX_BACKOFF_MS,
  MAX_CLOCK_TRIES,
  MAX_FRESH_TRIES,
  MAX_LOOKUP_TRIES,
  MAX_RETRY_AFTER_MS,
  MAX_REWRITTEN_TRIES,
  MAX_STORE_TRIES,
  OFFLINE_RECHECK_MS,
  type Recovery,
  recoveryFrom,
  silenceAsOffline,
  withFailure,
} from '../../renderer/engine/retry-policy.ts'
import { FAILURE_EXAMPLES } from '../renderer/failures/failure-examples.ts'

/**
 * The recovery from the first failure, from the thousandth in a row, and from one after a reset.
 */
const expected: {
  readonly [K in FailureKind]: readonly [Recovery['kind'], Recovery['kind'], Recovery['kind']]
} = {
  offline: ['wait', 'wait', 'wait'],
  stalled: ['retry', 'retry', 'retry'],
  'server-error': ['retry', 'give-up', 'retry'],
  throttled: ['retry', 'retry', 'retry'],
  'no-response': ['retry', 'retry', 'retry'],
  'body-corrupted': ['retry', 'give-up', 'retry'],
  'object-differs': ['give-up', 'give-up', 'give-up'],
  'url-expired': ['sign-again', 'give-up', 'sign-again'],
  'clock-skewed': ['prepare-again', 'ask-user', 'prepare-again'],
  'upload-gone': ['start-over', 'start-over', 'give-up'],
  'object-missing': ['start-over', 'start-over', 'give-up'],
  'form-invalid': ['ask-user', 'ask-user', 'ask-user'],
  'host-not-found': ['retry', 'retry', 'retry'],
  'host-unreachable': ['retry', 'retry', 'retry'],
  'tls-failed': ['ask-and-retry', 'ask-and-retry', 'ask-and-retry'],
  'wrong-protocol': ['retry', 'ask-user', 'retry'],
  'proxy-failed': ['retry', 'retry', 'retry'],
  'proxy-auth-needed': ['ask-user', 'ask-user', 'ask-user'],
  'network-blocked': ['ask-user', 'ask-user', 'ask-user'],
  'not-s3': ['retry', 'ask-user', 'retry'],
  'answer-unreadable': ['retry', 'ask-user', 'retry'],
  'answer-too-long': ['retry', 'ask-user', 'retry'],
  'host-refused': ['ask-user', 'ask-user', 'ask-user'],
  'request-rewritten': ['prepare-again', 'ask-user', 'prepare-again'],
  'explicitly-denied': ['ask-user', 'ask-user', 'ask-user'],
  'encryption-key-denied': ['ask-user', 'ask-user', 'ask-user'],
  'acl-refused': ['ask-user', 'ask-user', 'ask-user'],
  'quota-exceeded': ['ask-user', 'ask-user', 'ask-user'],
  'store-full': ['ask-user', 'ask-user', 'ask-user'],
  'account-problem': ['ask-user', 'ask-user', 'ask-user'],
  'request-too-large': ['ask-user', 'ask-user', 'ask-user'],
  redirected: ['ask-user', 'ask-user', 'ask-user'],
  'answer-hidden': ['ask-user', 'ask-user', 'ask-user'],
  'credentials-rejected': ['ask-user', 'ask-user', 'ask-user'],
  'credentials-expired': ['prepare-again', 'ask-user', 'prepare-again'],
  'sign-in-needed': ['ask-user', 'ask-user', 'ask-user'],
  'keys-unavailable': ['ask-user', 'ask-user', 'ask-user'],
  'rules-invalid': ['give-up', 'give-up', 'give-up'],
  'size-not-allowed': ['give-up', 'give-up', 'give-up'],
  'type-not-allowed': ['give-up', 'give-up', 'give-up'],
  'key-taken': ['ask-user', 'ask-user', 'ask-user'],
  skipped: ['end', 'end', 'end'],
  'access-denied': ['ask-user', 'ask-user', 'ask-user'],
  'bucket-missing': ['ask-user', 'ask-user', 'ask-user'],
  'region-wrong': ['ask-user', 'ask-user', 'ask-user'],
  'cors-blocked': ['ask-user', 'ask-user', 'ask-user'],
  'proxy-refused': ['ask-user', 'ask-user', 'ask-user'],
  'etag-hidden': ['ask-user', 'ask-user', 'ask-user'],
  'store-refused': ['give-up', 'give-up', 'give-up'],
  'source-changed': ['give-up', 'give-up', 'give-up'],
  'source-missing': ['give-up', 'give-up', 'give-up'],
  'source-unreadable': ['give-up', 'give-up', 'give-up'],
  'source-in-cloud': ['retry', 'retry', 'retry'],
  'source-not-a-file': ['give-up', 'give-up', 'give-up'],
  'source-detached': ['ask-user', 'ask-user', 'ask-user'],
  'name-unusable': ['give-up', 'give-up', 'give-up'],
  'too-large': ['give-up', 'give-up', 'give-up'],
  'disk-full': ['ask-and-retry', 'ask-and-retry', 'ask-and-retry'],
  'destination-moved': ['ask-user', 'ask-user', 'ask-user'],
  'too-many-destinations': ['give-up', 'give-up', 'give-up'],
  'source-off-limits': ['give-up', 'give-up', 'give-up'],
  'not-confirmed': ['ask-user', 'ask-user', 'ask-user'],
  'secret-store-unavailable': ['ask-user', 'ask-user', 'ask-user'],
  'secret-missing': ['ask-user', 'ask-user', 'ask-user'],
  'local-bucket-unavailable': ['ask-user', 'ask-user', 'ask-user'],
  'host-gone': ['retry', 'retry', 'retry'],
  'unknown-id': ['give-up', 'give-up', 'give-up'],
  aborted: ['give-up', 'give-up', 'give-up'],
  busy: ['retry', 'give-up', 'retry'],
  'in-use': ['give-up', 'give-up', 'give-up'],
  'wrong-state': ['give-up', 'give-up', 'give-up'],
  'not-now': ['give-up', 'give-up', 'give-up'],
  internal: ['give-up', 'give-up', 'give-up'],
}

const ASKED = {
  ...{ host: 's3.example.org', path: null, bucket: 'photos' },
  ...{ isLocal: false, action: 's3:PutObject' },
}

const kinds = Object.keys(FAILURE_EXAMPLES) as FailureKind[]

/** The budget at the `tries`th failure in a row, each of which counted as an attempt. */
const attempt = (tries: number, startOvers = 0) => ({ failures: tries, tries, startOvers })

it.each(kinds)('decides the recovery from %s', (kind) => {
  const failure = Failure.parse(FAILURE_EXAMPLES[kind])

  const first = recoveryFrom(failure, attempt(1), 0.5)
  const late = recoveryFrom(failure, attempt(1000), 0.5)
  const restarted = recoveryFrom(failure, attempt(1, 1), 0.5)

  expect([first.kind, late.kind, restarted.kind]).toEqual(expected[kind])
})

it.each<[FailureKind, number]>([
  ['server-error', MAX_STORE_TRIES],
  ['body-corrupted', MAX_FRESH_TRIES],
  ['busy', MAX_FRESH_TRIES],
  ['url-expired', MAX_FRESH_TRIES],
  ['not-s3', MAX_FRESH_TRIES],
  ['clock-skewed', MAX_CLOCK_TRIES + 1],
  ['request-rewritten', MAX_REWRITTEN_TRIES],
])('gives up on %s after exactly this many attempts: %i', (kind, limit) => {
  const before = recoveryFrom(FAILURE_EXAMPLES[kind], attempt(limit - 1), 0.5)
  const at = recoveryFrom(FAILURE_EXAMPLES[kind], attempt(limit), 0.5)

  expect(['give-up', 'ask-user']).not.toContain(before.kind)
  expect(['give-up', 'ask-user']).toContain(at.kind)
})

it.each([
  ['unreachable', 'retry'],
  ['refused', 'retry'],
  ['misconfigured', 'retry'],
  ['untrusted', 'ask-and-retry'],
  ['unsupported', 'ask-and-retry'],
] as const)(
  'waits for a proxy that may recover, and asks the user about one that is %s',
  (reason, kind) => {
    const failure: Failure = { kind: 'proxy-failed', reason, code: 'ERR_ANY' }

    expect(recoveryFrom(failure, attempt(1000), 0.5).kind).toBe(kind)
  },
)

it.each([
  ['port', 'ask-user'],
  ['administrator', 'ask-and-retry'],
  ['program', 'ask-and-retry'],
  ['system', 'ask-and-retry'],
] as const)('retries in case it is no longer blocked, unless it always is: %s', (by, kind) => {
  const failure: Failure = { kind: 'network-blocked', by, host: 'nas', code: 'ERR_ANY' }

  expect(recoveryFrom(failure, attempt(1000), 0.5).kind).toBe(kind)
})

it('does not retry by itself when the user’s own certificate is refused', () => {
  const reason = 'ERR_BAD_SSL_CLIENT_AUTH_CERT'
  const failure: Failure = { kind: 'tls-failed', host: 'nas', reason }

  expect(recoveryFrom(failure, attempt(1), 0.5)).toEqual({ kind: 'ask-user' })
})

it('prepares again, a limited number of times, when another object has taken the object key', () => {
  const first = recoveryFrom(PRECONDITION_FAILED, attempt(1), 0.5)
  const last = recoveryFrom(PRECONDITION_FAILED, attempt(MAX_FRESH_TRIES), 0.5)

  expect([first.kind, last.kind]).toEqual(['prepare-again', 'give-up'])
})

it('looks up what is missing behind an unclear 404, a limited number of times', () => {
  const missing: Failure = { kind: 'store-refused', status: 404, code: '' }

  const first = recoveryFrom(missing, attempt(1), 0.5)
  const last = recoveryFrom(missing, attempt(MAX_LOOKUP_TRIES), 0.5)

  expect([first.kind, last.kind]).toEqual(['prepare-again', 'give-up'])
})

describe('a status that repeats', () => {
  it.each([
    [501, 'give-up'],
    [505, 'give-up'],
    [510, 'give-up'],
    [507, 'ask-user'],
    [413, 'ask-user'],
    [402, 'ask-user'],
    [409, 'give-up'],
  ] as const)('%i does not lead to a retry of the whole body', (status, expected) => {
    const failure = failureFromHttp({ status, headers: {}, text: '' }, ASKED, 0)

    expect(recoveryFrom(failure, attempt(1), 0.5).kind).toBe(expected)
  })

  it.each([500, 502, 504, 520, 521, 522, 523, 524, 525, 526, 530])(
    '%i is retried for half an hour',
    (status) => {
      const text = '<html><title>Bad gateway</title></html>'
      const failure = failureFromHttp(
        { status, headers: { 'content-type': 'text/html' }, text },
        ASKED,
        0,
      )

      const first = recoveryFrom(failure, attempt(1), 0.5)
      const late = recoveryFrom(failure, attempt(MAX_STORE_TRIES - 1), 0.5)

      expect([first, late]).toMatchObject([
        { kind: 'retry', costsTry: true },
        { kind: 'retry', costsTry: true },
      ])
    },
  )

  it('of a network that requires a sign-in needs the user, and is retried meanwhile', () => {
    const failure = failureFromHttp({ status: 511, headers: {}, text: '' }, ASKED, 0)

    expect(recoveryFrom(failure, attempt(1000), 0)).toEqual({
      kind: 'ask-and-retry',
      afterMs: 15_000,
    })
  })

  it('counts less than a more specific error code', () => {
    const text = '<Error><Code>QuotaExceeded</Code></Error>'
    const failure = failureFromHttp({ status: 503, headers: {}, text }, ASKED, 0)

    expect(recoveryFrom(failure, attempt(1), 0.5).kind).toBe('ask-user')
  })
})

it('waits for access keys as for the store when only the network is at fault', () => {
  const unreachable: Failure = { kind: 'keys-unavailable', source: 'work', reason: 'unreachable' }

  const recovery = recoveryFrom(unreachable, attempt(1000), 0.5)

  expect(recovery).toMatchObject({ kind: 'retry', costsTry: false })
})

it('retries a failing store at least sixty times, anything else at least eight times', () => {
  expect(MAX_STORE_TRIES).toBeGreaterThanOrEqual(60)
  expect(MAX_FRESH_TRIES).toBeGreaterThanOrEqual(8)
})

it('does not charge the store’s budget for a night without answers', () => {
  let spent = FRESH_BUDGET
  for (let night = 0; night < 1000; night += 1) {
    spent = budgetAfter(
      spent,
      recoveryFrom(FAILURE_EXAMPLES['no-response'], withFailure(spent), 0.5),
    )
  }

  const answered = recoveryFrom(FAILURE_EXAMPLES['server-error'], withFailure(spent), 0.5)

  expect(answered).toMatchObject({ kind: 'retry', costsTry: true })
})

describe('the wait before a retry', () => {
  it('is never longer than half a minute, unless the store asks for it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.integer({ min: 1, max: 2000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (kind, tries, jitter) => {
          const recovery = recoveryFrom(FAILURE_EXAMPLES[kind], attempt(tries), jitter)

          if (!('afterMs' in recovery)) return
          expect(recovery.afterMs).toBeGreaterThanOrEqual(0)
          expect(recovery.afterMs).toBeLessThanOrEqual(MAX_BACKOFF_MS)
        },
      ),
    )
  })

  it('doubles its maximum with each failure and is a random share of it', () => {
    const waits = [1, 2, 3, 4].map((tries) =>
      recoveryFrom(FAILURE_EXAMPLES['server-error'], attempt(tries), 0.5),
    )

    expect(waits).toEqual(
      [250, 500, 1000, 2000].map((afterMs) => ({ kind: 'retry', afterMs, costsTry: true })),
    )
  })

  it.each([
    [9_000, 9_000],
    [0, 250],
    [365 * 24 * 3600_000, MAX_RETRY_AFTER_MS],
  ])('honours a store that asks for %i ms', (retryAfterMs, afterMs) => {
    const failure: Failure = { kind: 'throttled', retryAfterMs }

    const recovery = recoveryFrom(failure, attempt(1), 0.5)

    expect(recovery).toEqual({ kind: 'retry', afterMs, costsTry: false })
  })

  it('counts no attempt while the host or the network is gone', () => {
    const gone = recoveryFrom(FAILURE_EXAMPLES['host-gone'], attempt(500), 0.5)
    const offline = recoveryFrom(FAILURE_EXAMPLES.offline, attempt(500), 0.5)

    expect(gone).toMatchObject({ kind: 'retry', costsTry: false })
    expect(offline).toEqual({ kind: 'wait', afterMs: OFFLINE_RECHECK_MS })
  })

  it('is a quarter to half a minute for a full disk', () => {
    const waits = [0, 0.999].map((jitter) =>
      recoveryFrom(FAILURE_EXAMPLES['disk-full'], attempt(9), jitter),
    )

    expect(waits).toEqual([
      { kind: 'ask-and-retry', afterMs: 15_000 },
      { kind: 'ask-and-retry', afterMs: 29_985 },
    ])
  })
})

describe('no response', () => {
  const silent: readonly FailureKind[] = [
    'no-response',
    'stalled',
    'host-not-found',
    'host-unreachable',
    'proxy-failed',
  ]

  it.each(kinds)(
    '%s becomes "offline" while the browser is offline, if it means no response',
    (kind) => {
      const seen = silenceAsOffline(FAILURE_EXAMPLES[kind], false)

      expect(seen.kind).toBe(silent.includes(kind) ? 'offline' : kind)
      expect(silenceAsOffline(FAILURE_EXAMPLES[kind], true)).toBe(FAILURE_EXAMPLES[kind])
    },
  )

  it('is retried when the network changes', () => {
    const worth = kinds.filter((kind) => isRetriedOnNetworkChange(FAILURE_EXAMPLES[kind]))

    const others: FailureKind[] = [
      'source-in-cloud',
      'offline',
      'host-gone',
      'tls-failed',
      'network-blocked',
    ]
    expect(worth.sort()).toEqual([...silent, ...others].sort())
  })
})

it('starts over, a limited number of times, when another object was created first', () => {
  const attempt = (tries: number) => ({ failures: tries, tries, startOvers: 3 })

  const kinds = [1, MAX_FRESH_TRIES - 1, MAX_FRESH_TRIES].map((tries) => {
    return recoveryFrom(PRECONDITION_FAILED, attempt(tries), 0.5).kind
  })

  expect(kinds).toEqual(['prepare-again', 'prepare-again', 'give-up'])
})
