import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
} from 'react'
import type { DestinationId } from '../../../electron/contract/ids.ts'
import type { IntakeReport } from '../../upload/intake.ts'
import { useServices, useSession } from './services.tsx'

/** A drop that came before the first destination; it goes to the first that is made. */
interface WaitingDrop {
  readonly give: (destinationId: DestinationId) => void
}

interface Incoming {
  /** Called synchronously in the event's handler: a DataTransfer's items die after it. */
  readonly takeTransfer: (transfer: DataTransfer) => void
  readonly takeFiles: (files: FileList) => void
  /** Files are being read and registered. */
  readonly isTaking: boolean
  /** Set while something in the last drop needs saying. */
  readonly report: IntakeReport | null
  readonly dismissReport: () => void
  readonly hasWaitingDrop: boolean
}

const IncomingContext = createContext<Incoming | null>(null)

export function useIncoming(): Incoming {
  const incoming = useContext(IncomingContext)
  if (incoming === null) throw new TypeError('No IncomingProvider around this component')
  return incoming
}

/** Holds what the person is giving to the window, from the drop to the report. */
export function IncomingProvider({ children }: { readonly children: ReactNode }) {
  const { intake } = useServices()
  const { selected } = useSession()
  const [takingCount, setTakingCount] = useState(0)
  const [report, setReport] = useState<IntakeReport | null>(null)
  const [waiting, setWaiting] = useState<readonly WaitingDrop[]>([])

  const follow = useCallback((taking: Promise<IntakeReport>) => {
    setTakingCount((count) => count + 1)
    void taking
      .then((found) => {
        if (needsSaying(found)) setReport(found)
      })
      .finally(() => setTakingCount((count) => count - 1))
  }, [])

  const takeTransfer = useCallback(
    (transfer: DataTransfer) => {
      if (selected !== null) return follow(intake.addTransfer(transfer, selected.destinationId))
      const choice = new Promise<DestinationId>((give) => {
        setWaiting((drops) => [...drops, { give }])
      })
      // Not counted as "reading": it waits for the person.
      void intake.addTransfer(transfer, choice).then((found) => {
        if (needsSaying(found)) setReport(found)
      })
    },
    [intake, selected, follow],
  )

  const takeFiles = useCallback(
    (files: FileList) => {
      if (selected !== null && files.length > 0) {
        follow(intake.addFiles(files, selected.destinationId))
      }
    },
    [intake, selected, follow],
  )

  useEffect(() => {
    if (selected === null || waiting.length === 0) return
    for (const { give } of waiting) give(selected.destinationId)
    setWaiting([])
  }, [selected, waiting])

  const incoming = useMemo<Incoming>(
    () => ({
      takeTransfer,
      takeFiles,
      isTaking: takingCount > 0,
      report,
      dismissReport: () => setReport(null),
      hasWaitingDrop: waiting.length > 0,
    }),
    [takeTransfer, takeFiles, takingCount, report, waiting.length],
  )
  return <IncomingContext value={incoming}>{children}</IncomingContext>
}

function needsSaying(report: IntakeReport): boolean {
  const tookNothing = report.queuedCount + report.matchedCount === 0
  return (
    report.refused.length > 0 ||
    report.unreadable.length > 0 ||
    (tookNothing && report.emptyFolderCount > 0)
  )
}
