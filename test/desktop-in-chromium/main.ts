// A process of its own that stands in for the installed app: the built main process with
// `electron.ts` in place of Electron. A test starts it with the bundle's path and Ferry's own
// arguments.
import { pathToFileURL } from 'node:url'
import { replaceElectron } from '../fakes/replace-electron.ts'
import { readFromArchives, splitArchivePath } from './asar-loader.ts'
import { runAsText, serveTest } from './remote.ts'

replaceElectron(new URL('./electron.ts', import.meta.url).href)

const [, , bundle = '', ...args] = process.argv
const electron = await import('./electron.ts')
// docs/api/app.md, `isPackaged`: false if Electron's own program was started.
electron.app.isPackaged = splitArchivePath(bundle) !== null
if (electron.app.isPackaged) readFromArchives()
serveTest(electron)
runAsText(process.env.FERRY_STAND_IN_BEFORE_READY ?? '() => undefined', electron, null)
process.argv = ['ferry', ...args]
await import(pathToFileURL(bundle).href)
// Electron becomes ready only when the main module has ended.
electron.app.becomeReady()
