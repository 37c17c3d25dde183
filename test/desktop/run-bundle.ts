// A separate process for boot.test.ts: runs the built main process with the fake Electron, does
// what the page and the system would do, and prints the result.
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'
import { commandChannel } from '../../electron/contract/transport.ts'
import { replaceElectron } from '../fakes/replace-electron.ts'

replaceElectron(new URL('../fakes/electron.ts', import.meta.url).href)

const [, , bundle = '', dataFolder = ''] = process.argv
const { app, FakeWindow, ipcMain, session } = await import('../fakes/electron.ts')

app.setPath('userData', dataFolder)
// A packaged app gets only its own arguments; any plain argument is a file to upload.
process.argv = [process.execPath]
await import(pathToFileURL(bundle).href)
const opened = once(FakeWindow.events, 'opened')
app.becomeReady()
await opened

const [window] = FakeWindow.opened
if (window === undefined) throw new Error('No window was opened')
const event = { sender: window.webContents, senderFrame: window.webContents.mainFrame }
const ask = (command: string) => ipcMain.invoke(commandChannel(command), event, {})
const host = await ask('describeHost')
const bucket = await ask('openLocalBucket')
const page = await session.defaultSession.fetch(new Request('app://ferry/'))

const ended = once(app, 'exited')
app.emit('will-quit', { preventDefault: () => undefined })
await ended
process.stdout.write(
  JSON.stringify({
    host,
    bucket,
    pageStatus: page.status,
    preload: window.options.webPreferences?.preload,
    isSandboxed: app.calls.includes('enableSandbox'),
    exitCode: app.exitCode,
  }),
)
process.exit(0)
