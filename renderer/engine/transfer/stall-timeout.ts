import { failed, type Outcome } from '../../../electron/contract/outcome.ts'
import type { Clock, NetworkStatus, PartSending } from '../ports.ts'

/** A request that sends no byte for this long is dead. */
const STALL_MS = 30_000
/**
 * All bytes are in the system's buffers; a slow connection still has to drain them before the
 * answer.
 */
const ANSWER_MS = 120_000
/** The browser says that there is no network: long enough to see whether it is right. */
const OFFLINE_STALL_MS = 3_000
/** The interval of the checks whether the computer has slept meanwhile. */
const CHECK_INTERVAL_MS = 10_000

export interface StallDeps {
  readonly clock: Clock
  readonly network: NetworkStatus
}

/**
 * Runs `send` and ends it with `stalled` when it makes no progress. Rejects only when the outer
 * signal is aborted.
 */
export async function sendWithStallTimeout<T>(
  ports: StallDeps,
  byteLength: number,
  outer: PartSending,
  send: (sending: PartSending) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const stalled = new AbortController()
  const finished = new AbortController()
  const reading = { atMs: ports.clock.now(), sentBytes: 0 }
  const signal = AbortSignal.any([outer.signal, stalled.signal])
  const onSent = (sentBytes: number) => {
    if (sentBytes > reading.sentBytes) {
      reading.atMs = ports.clock.now()
      reading.sentBytes = sentBytes
    }
    outer.onSent(sentBytes)
  }
  const limitMs = () => {
    if (!ports.network.isOnline()) return OFFLINE_STALL_MS
    return reading.sentBytes < byteLength ? STALL_MS : ANSWER_MS
  }
  void watch(ports, reading, limitMs, AbortSignal.any([signal, finished.signal]), stalled)
  try {
    return await send({ signal, onSent })
  } catch (error) {
    if (stalled.signal.aborted && !outer.signal.aborted) return failed({ kind: 'stalled' })
    throw error
  } finally {
    finished.abort()
  }
}

/**
 * A timer that is this late was delayed by the computer's sleep, and the request could not move
 * either.
 */
const LATE_MS = 5_000

function oversleptMs(lateMs: number): number {
  return lateMs > LATE_MS ? lateMs : 0
}

async function watch(
  { clock, network }: StallDeps,
  reading: { atMs: number },
  limitMs: () => number,
  end: AbortSignal,
  stalled: AbortController,
): Promise<void> {
  let wake = new AbortController()
  const unsubscribe = network.subscribe(() => wake.abort())
  while (!end.aborted) {
    const leftMs = reading.atMs + limitMs() - clock.now()
    if (leftMs <= 0) {
      stalled.abort()
      break
    }
    wake = new AbortController()
    const lookMs = Math.min(leftMs, CHECK_INTERVAL_MS)
    const sleptAtMs = clock.now()
    // Woken by the network or ended: the loop itself sees both.
    await clock.sleep(lookMs, AbortSignal.any([end, wake.signal])).catch(() => undefined)
    reading.atMs += oversleptMs(clock.now() - sleptAtMs - lookMs)
  }
  unsubscribe()
}
