import type { DestinationId } from '../../../electron/contract/ids.ts'
import { useToasts } from '../../design/toasts.tsx'
import { failureSentence } from '../failure-text.ts'
import { useServices } from '../services/services.tsx'

export function useSelect(): (destinationId: DestinationId) => void {
  const { session } = useServices()
  const { say } = useToasts()
  return (destinationId) => {
    void session.select(destinationId).then((failure) => {
      if (failure !== null) say(failureSentence(failure))
    })
  }
}
