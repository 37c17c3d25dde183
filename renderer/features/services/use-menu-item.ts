import { useEffect, useRef } from 'react'
import type { MenuItemName } from '../../../electron/contract/commands.ts'
import { isDialogOpen } from '../../design/is-dialog-open.ts'
import { useServices } from './services.tsx'

/** Acts when the item is chosen in the desktop's menu; a dialog that is open comes first. */
export function useMenuItem(item: MenuItemName, act: () => void): void {
  const { notices } = useServices()
  const latest = useRef(act)
  latest.current = act
  useEffect(
    () =>
      notices.menuChosen((chosen) => {
        if (chosen.item === item && !isDialogOpen()) latest.current()
      }),
    [notices, item],
  )
}
