import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import type { UploadView } from '../../engine/view/queue-view.ts'
import { useSession } from '../services/services.tsx'

/** Undefined when it was forgotten meanwhile. */
export function useDestination({ record }: UploadView): Destination | undefined {
  const { destinations } = useSession()
  return destinations.find((each) => each.destinationId === record.destinationId)
}
