import { useEffect, useState } from 'react'
import type { UpdateState } from '../../../electron/contract/commands/host.ts'
import { useServices } from './services.tsx'

/** The update state; null where this Ferry has no updates, as in a browser. */
export function useUpdates(): UpdateState | null {
  const { commands, notices } = useServices()
  const [updates, setUpdates] = useState<UpdateState | null>(null)
  useEffect(() => {
    let isGone = false
    // A notice that came meanwhile is newer than the answer.
    let isTold = false
    const unsubscribe = notices.updatesChanged((told) => {
      isTold = true
      setUpdates(told)
    })
    void commands.describeUpdates({}).then((answer) => {
      if (answer.ok && !isGone && !isTold) setUpdates(answer.value)
    })
    return () => {
      isGone = true
      unsubscribe()
    }
  }, [commands, notices])
  return updates
}
