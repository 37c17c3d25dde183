import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import type { UploadView } from '../../engine/view/queue-view.ts'
import { useAppState } from '../services/services.tsx'

/** Undefined when it was forgotten meanwhile. */
export function useUploadDestination({ record }: UploadView): Destination | undefined {
  const { destinations } = useAppState()
  return destinations.find((each) => each.destinationId === record.destinationId)
}
