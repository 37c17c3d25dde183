import type { App } from 'electron'
import type { Core } from '../core/core.ts'

/** A store that does not answer must not keep the app from ending. */
const CLOSE_WITHIN_MS = 3000

/**
 * Lets the core close its records and the local bucket before the process ends. Nothing is asked:
 * uploads go on by themselves at the next start.
 */
export function closeBeforeQuit(
  app: App,
  core: Pick<Core, 'close'>,
  lock: { readonly release: () => void },
): void {
  let isClosing = false
  app.on('will-quit', (event) => {
    event.preventDefault()
    if (isClosing) return
    isClosing = true
    void closed(core, lock).then(() => app.exit(0))
  })
}

/** Never rejects: the app ends, whatever cannot be closed. */
async function closed(
  core: Pick<Core, 'close'>,
  lock: { readonly release: () => void },
): Promise<void> {
  const { promise: tooLate, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, CLOSE_WITHIN_MS)
  try {
    await Promise.race([core.close(), tooLate])
  } catch {
    // The records are written through as they change; there is nothing left to save.
  }
  clearTimeout(timer)
  try {
    lock.release()
  } catch {
    // The lock ends with the process.
  }
}
