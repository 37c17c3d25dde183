import type { App, RelaunchOptions } from 'electron'
import type { Core } from '../../core/create-core.ts'
import type { FolderLock } from '../../core/host/folder-lock.ts'

/** A store that does not respond must not keep the app running. */
const CLOSE_WITHIN_MS = 3000

/** How long a new start waits for a closing instance. */
export const CLOSED_FOR_SURE_MS = 2 * CLOSE_WITHIN_MS

/**
 * Lets the core close its records and the local bucket before the process ends. From then on, a
 * second start gets Electron's lock itself and waits for the data folder.
 *
 * @param startAgain the request of a start that came too early for that, or null.
 */
export function closeBeforeQuit(
  app: App,
  core: Pick<Core, 'close'>,
  lock: Pick<FolderLock, 'release'>,
  startAgain: () => RelaunchOptions | null = () => null,
): void {
  let isClosing = false
  app.on('will-quit', (event) => {
    event.preventDefault()
    if (isClosing) return
    isClosing = true
    app.releaseSingleInstanceLock()
    void closed(core, lock).then(() => {
      const again = startAgain()
      if (again !== null) app.relaunch(again)
      app.exit(0)
    })
  })
}

/** Never rejects: the app ends even if something cannot be closed. */
async function closed(core: Pick<Core, 'close'>, lock: Pick<FolderLock, 'release'>): Promise<void> {
  const { promise: tooLate, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, CLOSE_WITHIN_MS)
  try {
    await Promise.race([core.close(), tooLate])
  } catch {
    // The records are written through as they change; there is nothing left to save.
  }
  clearTimeout(timer)
  try {
    await lock.release()
  } catch {
    // The lock ends with the process.
  }
}
