import type { Confirm } from '../core/confirm/confirmation.ts'
import { confirmationWords } from '../core/confirm/confirmation-words.ts'
import type { Terminal } from './terminal.ts'

/** The page cannot type in the terminal. */
export function confirmOnTerminal(terminal: Terminal): Confirm {
  return async (confirmation) => {
    if (!terminal.canAsk) return 'cannot-ask'
    const { question, details } = confirmationWords(confirmation)
    const isAllowed = await terminal.ask([...details, question].join('\n'))
    return isAllowed ? 'confirmed' : 'refused'
  }
}
