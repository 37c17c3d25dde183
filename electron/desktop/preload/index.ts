// Runs inside the page's process, sandboxed and isolated: the only code there that may reach
// Electron. It stays small so that it is easy to review.
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import {
  COMMAND_NAMES,
  type FerryBridge,
  mapRows,
  NOTICE_NAMES,
} from '../../contract/ferry-bridge.ts'
import { MAX_BATCH } from '../../contract/limits.ts'
import {
  commandChannel,
  INSPECT_FOLDERS_CHANNEL,
  noticeChannel,
  REGISTER_SOURCES_CHANNEL,
} from '../../contract/transport.ts'
import { folderPathIn } from './folder-path.ts'

const bridge = {
  commands: mapRows(
    COMMAND_NAMES,
    (name) => (input: unknown) => ipcRenderer.invoke(commandChannel(name), input),
  ),
  notices: mapRows(NOTICE_NAMES, (name) => (listener: (payload: never) => void) => {
    // The event is not passed on, because it would give the page an Electron object.
    const hear = listener as (payload: unknown) => void
    const forward = (_event: unknown, payload: unknown) => hear(payload)
    ipcRenderer.on(noticeChannel(name), forward)
    return () => {
      ipcRenderer.removeListener(noticeChannel(name), forward)
    }
  }),
  registerSources: async (files: readonly File[]) => {
    if (files.length > MAX_BATCH) throw new RangeError(`More than ${MAX_BATCH} files in one call`)
    return ipcRenderer.invoke(REGISTER_SOURCES_CHANNEL, files.map(factsOf))
  },
  inspectFolders: async (folders: readonly File[]) => {
    if (folders.length > MAX_BATCH) throw new RangeError(`More than ${MAX_BATCH} folders in a call`)
    return ipcRenderer.invoke(INSPECT_FOLDERS_CHANNEL, folders.map(folderPathOf))
  },
} satisfies FerryBridge<File>

/**
 * The path goes to the host and never to the page. A pasted image has no path, and neither has a
 * `File` that a script created (electronjs.org/docs/latest/api/web-utils). How the host protects
 * itself against a compromised page process: core/sources/off-limits.ts.
 */
function factsOf(file: File) {
  const path = webUtils.getPathForFile(file)
  // Chromium follows links in a chosen folder and skips them in a dropped one.
  const folder = file.webkitRelativePath ? folderPathIn(path, file.webkitRelativePath) : null
  return {
    path: path === '' ? null : path,
    ...(folder === null ? {} : { folder }),
    name: file.name,
    byteLength: file.size,
    modifiedAtMs: file.lastModified,
  }
}

function folderPathOf(file: File): string | null {
  return folderPathIn(webUtils.getPathForFile(file), file.webkitRelativePath)
}

contextBridge.exposeInMainWorld('ferry', bridge)
