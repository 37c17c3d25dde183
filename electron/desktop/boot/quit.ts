import type { App, RelaunchOptions } from 'electron'
import type { Core } from '../../core/create-core.ts'
import type { FolderLock } from '../../core/host/folder-lock.ts'

/** A store that does not answer must not keep the app from ending. */
const CLOSE_WITHIN_MS = 3000

/** As long as a start waits for one that closes. */
export const CLOSED_FOR_SURE_MS = 2 * CLOSE_WITHIN_MS

/**
 * Lets the core close its records and the local bucket before the process ends. From then on a
 * second start is no second one: it gets the lock of Electron's and waits for the data folder.
 * @param startAgain what a start that came too early for that asked for; null: there was none.
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

/** Never rejects: the app ends, whatever cannot be closed. */
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
