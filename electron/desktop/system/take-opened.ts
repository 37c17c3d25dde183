import { once } from 'node:events'
import { type BrowserWindow, dialog } from 'electron'
import type { Core } from '../../core/create-core.ts'
import type { OneWindow } from '../window/one-window.ts'
import type { OpenedFiles } from './opened-files.ts'

export interface TakeOpenedDeps {
  readonly core: Pick<Core, 'giveFiles'>
  readonly window: Pick<OneWindow, 'current' | 'show' | 'isEnding'>
  readonly opened: OpenedFiles
}

/** Brings the window for what the system gives to the app, and hands it to the core. */
export function queueOpened({ core, window, opened }: TakeOpenedDeps): void {
  // The first window shows itself when it has painted.
  let isStarting = true
  opened.listen({
    canTake: () => !window.isEnding(),
    take: ({ paths, isChoosing }) => {
      if (!isStarting) window.show()
      core.giveFiles(paths)
      if (isChoosing) void chooseFiles(core, window.current())
    },
  })
  isStarting = false
}

/** Asks with the system's own dialog, as a shortcut outside the window cannot open the page's. */
export async function chooseFiles(
  core: Pick<Core, 'giveFiles'>,
  window: BrowserWindow | null,
): Promise<void> {
  const options: Electron.OpenDialogOptions = {
    title: 'Choose files to upload',
    buttonLabel: 'Upload',
    properties: ['openFile', 'multiSelections'],
  }
  // The dialog belongs to a window that is on the screen.
  if (window !== null && !window.isVisible()) await once(window, 'show')
  const { filePaths } = await (window === null
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(window, options))
  core.giveFiles(filePaths)
}
