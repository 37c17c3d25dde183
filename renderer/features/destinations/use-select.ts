import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import type { DestinationId } from '../../../electron/contract/ids.ts'
import { useToasts } from '../../design/toasts.tsx'
import { failureSentence } from '../../failures/failure-text.ts'
import { useServices } from '../services/services.tsx'
import type { AppState } from '../services/session.ts'

/** Answers whether it is selected now; if not, a saying tells why. */
export function useSelectDestination(): (destinationId: DestinationId) => Promise<boolean> {
  const { appState } = useServices()
  const { say } = useToasts()
  return async (destinationId) => {
    const failure = await selectInOrder(appState, destinationId)
    if (failure !== null) say(failureSentence(failure))
    return failure === null
  }
}

/** Requests can overtake each other on their way to the host, and the last one has to win. */
const lastRequest = new WeakMap<AppState, Promise<unknown>>()

function selectInOrder(session: AppState, destinationId: DestinationId): Promise<Failure | null> {
  const select = () => session.select(destinationId)
  const asked = (lastRequest.get(session) ?? Promise.resolve()).then(select, select)
  lastRequest.set(session, asked)
  return asked
}
