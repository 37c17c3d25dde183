// A separate process for self-update.test.ts: the real electron-updater with the fake Electron, as
// an AppImage of version 0.1.0 that finds its feed in app-update.yml.
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { replaceElectron } from '../../fakes/replace-electron.ts'

replaceElectron(new URL('../../fakes/electron.ts', import.meta.url).href)

const [, , folder = '', how = ''] = process.argv
const { app } = await import('../../fakes/electron.ts')
const { downloadUpdate, installAndRestart } = await import(
  '../../../electron/desktop/system/self-update.ts'
)

app.isPackaged = true
app.setPath('userData', folder)
Object.assign(process, { resourcesPath: folder })
app.becomeReady()

const controller = new AbortController()
const downloading = downloadUpdate(controller.signal, async () => null)
if (how === 'abort') {
  // The server creates this file when the release is requested.
  while (!existsSync(join(folder, 'asked'))) await pause(5)
  controller.abort()
}
const outcome = await downloading.then(
  () => 'downloaded',
  (error: Error) => `rejected: ${error.message}`,
)
if (how === 'install' && outcome === 'downloaded') {
  const quit = once(app, 'quitting')
  const plainQuit = app.quit.bind(app)
  app.quit = () => {
    plainQuit()
    app.emit('quitting')
  }
  await installAndRestart()
  await quit
}
process.stdout.write(`\n${JSON.stringify({ outcome, calls: app.calls })}`)
process.exit(0)
