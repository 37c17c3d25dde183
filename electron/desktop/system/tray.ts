import { Menu, nativeImage, Tray } from 'electron'
import icon from '../../../build/icons/16x16.png?inline'
import icon2x from '../../../build/icons/32x32.png?inline'

export interface TrayDeps {
  readonly show: () => void
  readonly quit: () => void
}

export interface FerryTray {
  /** One line: how far the uploads are. */
  readonly say: (status: string) => void
  readonly remove: () => void
}

/**
 * Ferry's icon beside the clock while there is no window. Null: the system has no place for it, as
 * GNOME without an extension, where a second start and the notifications bring the window back.
 */
export function showTray({ show, quit }: TrayDeps): FerryTray | null {
  const image = nativeImage.createFromDataURL(icon)
  image.addRepresentation({ scaleFactor: 2, dataURL: icon2x })
  const tray = trayOf(image)
  if (tray === null) return null
  // On Linux the click comes only from some desktops, and the menu opens there (docs/api/tray.md).
  tray.on('click', show)
  return {
    say: (status) => {
      tray.setToolTip(`Ferry: ${status}`)
      // Linux shows changes of a menu only when it is set again (docs/api/tray.md).
      tray.setContextMenu(
        Menu.buildFromTemplate([
          { label: status, enabled: false },
          { type: 'separator' },
          { label: 'Show Ferry', click: show },
          { label: 'Quit Ferry', click: quit },
        ]),
      )
    },
    remove: () => tray.destroy(),
  }
}

function trayOf(image: Electron.NativeImage): Tray | null {
  try {
    return new Tray(image)
  } catch {
    return null
  }
}
