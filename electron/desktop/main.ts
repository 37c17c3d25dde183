// Electron's main process. Everything that must happen before Electron is ready happens here, in
// order.
import '../files/owner-only.ts'
import { join } from 'node:path'
import { app, crashReporter, dialog } from 'electron'
import { lockFolder } from '../core/host/folder-lock.ts'
import { withVariable } from '../core/host/option-variables.ts'
import { StartRefused } from '../files/start-refused.ts'
import { keepCrashDumps } from './boot/crashes.ts'
import { startDesktop } from './boot/desktop-app.ts'
import { readLaunchOptions, settleDataFolder } from './boot/launch-options.ts'
import { connectToParent } from './boot/parent-process.ts'
import { CLOSED_FOR_SURE_MS } from './boot/quit.ts'
import { registerSchemes } from './protocols/schemes.ts'
import { collectOpened, readOpening } from './system/opened-files.ts'

app.enableSandbox()
app.setAppUserModelId('app.ferry.desktop')
registerSchemes()

const starter = connectToParent()
// Nothing needs to be closed yet.
starter.onEnd(() => app.exit(0))
const { dataFolder: asked, devServer } = readLaunchOptions(
  process.argv,
  process.env,
  app.isPackaged,
)
const opening = readOpening({
  argv: process.argv,
  workingDirectory: process.cwd(),
  isDefaultApp: process.defaultApp === true,
})
const opened = collectOpened(app, opening)
try {
  const { folder: dataFolder, privacy } = settleDataFolder(app, asked)
  if (app.requestSingleInstanceLock(opening)) {
    keepCrashDumps(app, crashReporter, dataFolder)
    // Electron becomes ready only after this module has finished, so Chromium opens its files in
    // the data folder only after a closing Ferry has ended.
    const lock = await lockFolder(dataFolder, CLOSED_FOR_SURE_MS)
    // Not awaited: Electron becomes ready only after this module has finished.
    app
      .whenReady()
      .then(() =>
        startDesktop({
          dataFolder,
          isDataFolderAsked: asked !== null,
          privacy,
          lock,
          devServer,
          outFolder: join(import.meta.dirname, '..'),
          opened,
          starter,
        }),
      )
      .catch(refuse)
  } else {
    // The running instance has been notified: it shows its window and takes the files.
    const isHandedOver = opening.paths.length > 0 || opening.isChoosing
    const what = isHandedOver ? 'It has the files now' : 'Its window is in front now'
    tell(`Ferry is already running with the data folder ${dataFolder}. ${what}.`)
    await starter.leaving()
    app.exit(isHandedOver ? 0 : 1)
  }
} catch (error) {
  await refuse(error)
}

async function refuse(error: unknown): Promise<void> {
  const sentence =
    error instanceof StartRefused
      ? error.message
      : `Ferry cannot start. ${error instanceof Error ? error.message : String(error)}`
  tell(sentence)
  await starter.leaving()
  dialog.showErrorBox('Ferry cannot start', sentence)
  app.exit(1)
}

function tell(sentence: string): void {
  const told = starter.isThere ? withVariable(sentence, process.platform) : sentence
  process.stderr.write(`${told}\n`)
}
