import { type App, Menu } from 'electron'
import { CHOOSE_FILES } from './opened-files.ts'

export interface QuickActionDeps {
  readonly app: App
  readonly platform: NodeJS.Platform
  /** Null: the system's usual place. */
  readonly askedDataFolder: string | null
  /** The program that a shortcut starts. */
  readonly program: string
  readonly show: () => void
  readonly chooseFiles: () => void
  /** Answers whether there was one. */
  readonly copyLastLink: () => Promise<boolean>
}

/**
 * The actions that the app's icon offers without the window: the dock's menu on macOS (docs/api/dock.md), the
 * tasks of the jump list on Windows (docs/api/app.md, `setUserTasks`), which start the app with an
 * argument. On Linux the desktop file would have to say it.
 */
export function offerQuickActions(deps: QuickActionDeps): void {
  const { app, platform } = deps
  if (platform === 'darwin') app.dock?.setMenu(dockMenu(deps))
  // The tasks of an app that runs from its sources would start Electron without it.
  if (platform === 'win32' && app.isPackaged) app.setUserTasks([uploadTask(deps)])
}

function dockMenu({ show, chooseFiles, copyLastLink }: QuickActionDeps): Menu {
  return Menu.buildFromTemplate([
    { label: 'Choose Files…', click: chooseFiles },
    { label: 'Show Ferry', click: show },
    {
      label: 'Copy Last Link',
      // Where there is none the window says more than a menu that does nothing.
      click: () => void copyLastLink().then((isCopied) => (isCopied ? undefined : show())),
    },
  ])
}

function uploadTask({ program, askedDataFolder }: QuickActionDeps): Electron.Task {
  const dataFolder = askedDataFolder === null ? '' : ` "--data-dir=${askedDataFolder}"`
  return {
    program,
    arguments: `--${CHOOSE_FILES}${dataFolder}`,
    iconPath: program,
    iconIndex: 0,
    title: 'Upload files…',
    description: 'Choose files, and upload them to your bucket',
  }
}
