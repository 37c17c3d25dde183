import { useEffect, useEffectEvent, useState } from 'react'
import type { UpdateState } from '../../electron/contract/commands/host.ts'
import type { CommandInput } from '../../electron/contract/commands.ts'
import type { MenuItemName } from '../../electron/contract/notices.ts'
import { isDialogOpen } from '../design/dialog.tsx'
import { useToasts } from '../design/toasts.tsx'
import { failureSentence } from '../failures/failure-text.ts'
import { useServices } from './services.tsx'

/** Acts when the item is chosen in the desktop's menu, unless a dialog is open. */
export function useMenuItem(item: MenuItemName, act: () => void): void {
  const { notices } = useServices()
  const onChosen = useEffectEvent((chosen: MenuItemName) => {
    if (chosen === item && !isDialogOpen()) act()
  })
  useEffect(() => notices.menuChosen((chosen) => onChosen(chosen.item)), [notices])
}

interface ToastText {
  readonly title: string
  readonly detail: string
}

/** Shows a toast for every notice of one kind. */
export function useNoticeToast<P>(
  subscribe: (listener: (payload: P) => void) => () => void,
  textOf: (payload: P) => ToastText,
): void {
  const { say } = useToasts()
  const show = useEffectEvent((payload: P) => {
    const { title, detail } = textOf(payload)
    say(title, detail)
  })
  useEffect(() => subscribe((payload) => show(payload)), [subscribe])
}

type Folder = CommandInput<'openFolder'>['folder']

/** Opens one of Ferry's folders, or shows its path if no file manager can be started. */
export function useOpenFolder(): (folder: Folder) => void {
  const { commands } = useServices()
  const { say } = useToasts()
  return (folder) => {
    void commands.openFolder({ folder }).then((answer) => {
      if (!answer.ok) say(failureSentence(answer.failure))
      else if (!answer.value.isOpened) say('The folder is here:', answer.value.path)
    })
  }
}

/** Copies the diagnostics, and says what they leave out. */
export function useCopyDiagnostics(): () => void {
  const { commands } = useServices()
  const { say } = useToasts()
  const copy = async () => {
    const answer = await commands.copyDiagnostics({})
    if (!answer.ok) return say(failureSentence(answer.failure))
    const isCopied = answer.value.isCopied || (await copiedByPage(answer.value.text))
    const { title, detail } = diagnosticsText(isCopied)
    say(title, detail)
  }
  return () => void copy()
}

async function copiedByPage(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // The browser refused.
    return false
  }
}

export function diagnosticsText(isCopied: boolean) {
  return isCopied
    ? {
        title: 'The diagnostics were copied.',
        detail:
          'They contain no names, addresses, paths or keys. Look through them before you paste.',
      }
    : {
        title: 'The diagnostics could not be copied.',
        detail:
          'Another program is using the clipboard, or the browser did not allow it. Try again.',
      }
}

/** The state of updates; null where this Ferry has none, as in a browser. */
export function useUpdates(): UpdateState | null {
  const { commands, notices } = useServices()
  const [updates, setUpdates] = useState<UpdateState | null>(null)
  useEffect(() => {
    let isUnmounted = false
    // A notice that came in the meantime is newer than the answer.
    let hasNotice = false
    const unsubscribe = notices.updatesChanged((state) => {
      hasNotice = true
      setUpdates(state)
    })
    void commands.describeUpdates({}).then((answer) => {
      if (answer.ok && !isUnmounted && !hasNotice) setUpdates(answer.value)
    })
    return () => {
      isUnmounted = true
      unsubscribe()
    }
  }, [commands, notices])
  return updates
}
