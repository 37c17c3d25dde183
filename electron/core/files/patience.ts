/**
 * Growing, about a second in all. A virus scanner, an indexer or a backup opens a file as soon as it
 * has been closed, mostly for some milliseconds; Windows refuses to rename or delete it meanwhile.
 */
const PAUSES_MS: readonly number[] = [10, 20, 40, 80, 150, 300, 400]

/**
 * How Node names Windows' "access denied" and "sharing violation" (libuv, src/win/error.c), and what
 * network drives answer while another computer has the file open.
 */
const HELD = new Set(['EPERM', 'EACCES', 'EBUSY'])

export type Pause = (ms: number) => Promise<unknown>

export function pause(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  setTimeout(resolve, ms)
  return promise
}

/** True for a refusal that may be over in a moment: another program holds the file. */
export function isHeld(error: unknown): boolean {
  return error instanceof Error && 'code' in error && HELD.has(String(error.code))
}

/**
 * Repeats `work` for about a second while another program holds the file. The host goes on meanwhile.
 *
 * @throws what the last try threw; every other error at once.
 */
export async function withPatience<T>(work: () => Promise<T>, wait: Pause = pause): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await work()
    } catch (error) {
      if (!isHeld(error)) throw error
    }
    await wait(pauseMs)
  }
  return work()
}
