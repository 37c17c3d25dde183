import type { CommandInput } from '../../../electron/contract/commands.ts'
import { useToasts } from '../../design/toasts.tsx'
import { failureSentence } from '../../failures/failure-text.ts'
import { useServices } from './services.tsx'

type Folder = CommandInput<'openFolder'>['folder']

/** Opens one of Ferry's folders, or says where it is when no file manager can be started. */
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
