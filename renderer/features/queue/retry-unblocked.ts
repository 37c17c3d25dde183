import { useEffect, useRef } from 'react'
import { useAppState, useServices } from '../../app/services.tsx'
import { useToasts } from '../../design/toasts.tsx'
import type { UploadQueue } from '../../engine/view/queue-view.ts'
import { failureSentence } from '../../failures/failure-text.ts'

/** Resumes uploads that waited for a locked key store once it is unlocked. */
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

/**
 * Lets the host ask for the proxy's password outside the page. Then every upload that waits for it
 * goes on, because all use the same proxy.
 */
export function useEnterProxyPassword(): () => void {
  const { commands, queue } = useServices()
  const { say } = useToasts()
  return () => {
    void commands.enterProxyPassword({}).then((answer) => {
      // The proxy has not asked this host yet, so the next request finds out.
      if (answer.ok || answer.failure.kind === 'wrong-state') retryProxyRefused(queue)
      // The user has just declined, and needs no message.
      else if (answer.failure.kind !== 'not-confirmed') say(failureSentence(answer.failure))
    })
  }
}

function retryProxyRefused(queue: UploadQueue): void {
  for (const uploadId of queue.snapshot().uploadIds) {
    const view = queue.upload(uploadId)
    const isStuck = view?.phase === 'needs-you' || view?.phase === 'failed'
    if (isStuck && view.failure?.kind === 'proxy-auth-needed') queue.retry(uploadId)
  }
}
