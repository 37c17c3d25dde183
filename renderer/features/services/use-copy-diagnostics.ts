import { useToasts } from '../../design/toasts.tsx'
import { failureSentence } from '../../failures/failure-text.ts'
import { useServices } from './services.tsx'

/** Copies what helps to understand a problem, and says what is not in it. */
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
    // Refused by the browser.
    return false
  }
}

export function diagnosticsText(isCopied: boolean) {
  return isCopied
    ? {
        title: 'The diagnostics are copied.',
        detail:
          'Names, addresses, paths and keys are not in them. Look through them before you paste.',
      }
    : {
        title: 'The diagnostics could not be copied.',
        detail: 'Another program holds the clipboard, or the browser did not allow it. Try again.',
      }
}
