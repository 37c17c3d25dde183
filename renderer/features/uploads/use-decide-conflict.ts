import { useRef } from 'react'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { MAX_BATCH } from '../../../electron/contract/limits.ts'
import type { ConflictDecision } from '../../../electron/contract/rules/upload-rules.ts'
import { useToasts } from '../../design/toasts.tsx'
import { failureSentence } from '../../failures/failure-text.ts'
import { useServices } from '../services/services.tsx'

type Decide = (uploadIds: readonly UploadId[], decision: ConflictDecision) => void

/** Tells the host what shall become of the objects that are there, and lets the rows go on. */
export function useDecideConflict(): Decide {
  const { commands, queue } = useServices()
  const { say } = useToasts()
  const isDeciding = useRef(false)
  const decideAll: (...input: Parameters<Decide>) => Promise<void> = async (
    uploadIds,
    decision,
  ) => {
    for (let from = 0; from < uploadIds.length; from += MAX_BATCH) {
      const batch = uploadIds.slice(from, from + MAX_BATCH)
      const decided = await commands.decideConflict({ uploadIds: batch, decision })
      if (!decided.ok) return say('This could not be decided.', failureSentence(decided.failure))
      queue.adopt(decided.value.uploads)
      for (const uploadId of batch) queue.retry(uploadId)
    }
  }
  return (uploadIds, decision) => {
    if (isDeciding.current) return
    isDeciding.current = true
    void decideAll(uploadIds, decision).finally(() => {
      isDeciding.current = false
    })
  }
}
