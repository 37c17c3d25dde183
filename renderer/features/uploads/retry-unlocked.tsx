import { useEffect, useRef } from 'react'
import { useAppState, useServices } from '../services/services.tsx'

/** Uploads that waited for a locked key store go on when it opens. */
export function RetryUnlocked() {
  const { queue } = useServices()
  const { host } = useAppState()
  const isLocked = host.troubles.some(({ kind }) => kind === 'secret-store-locked')
  const wasLocked = useRef(isLocked)
  useEffect(() => {
    const hasOpened = wasLocked.current && !isLocked
    wasLocked.current = isLocked
    if (!hasOpened) return
    for (const uploadId of queue.snapshot().uploadIds) {
      if (queue.upload(uploadId)?.failure?.kind === 'secret-store-unavailable') {
        queue.retry(uploadId)
      }
    }
  }, [queue, isLocked])
  return null
}
