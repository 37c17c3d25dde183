import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useEffectEvent,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { DestinationId } from '../../electron/contract/ids.ts'
import type { IntakeReport } from '../engine/intake/intake-report.ts'
import { useAppState, useServices } from './services.tsx'

/** A drop that came before the first destination; it goes to the first that is made. */
interface WaitingDrop {
  readonly give: (destinationId: DestinationId) => void
}

/** `place`: a running number. */
export interface DropReport {
  readonly id: number
  readonly report: IntakeReport
}

interface IntakeCalls {
  /** Called synchronously in the event's handler: a DataTransfer's items die after it. */
  readonly addTransfer: (transfer: DataTransfer) => void
  readonly addFiles: (files: FileList) => void
  /** Files are being read and registered. */
  readonly isReading: boolean
  /** Of the last drops, in the order in which they ended. */
  readonly reports: readonly DropReport[]
  /** Files of an earlier drop that were left out of it. */
  readonly addSkipped: (taking: Promise<IntakeReport>) => void
  readonly dismissReport: (place: number) => void
  readonly hasWaitingDrop: boolean
}

const IntakeContext = createContext<IntakeCalls | null>(null)

export function useIntake(): IntakeCalls {
  const incoming = useContext(IntakeContext)
  if (incoming === null) throw new TypeError('No IncomingProvider around this component')
  return incoming
}

/** Holds what the person is giving to the window, from the drop to the report. */
export function IntakeProvider({ children }: { readonly children: ReactNode }) {
  const { intake } = useServices()
  const { selected } = useAppState()
  const [takingCount, setTakingCount] = useState(0)
  const { reports, expect, dismiss } = useReports()
  const [waiting, setWaiting] = useState<readonly WaitingDrop[]>([])

  const follow = useCallback(
    async (taking: Promise<IntakeReport>) => {
      setTakingCount((count) => count + 1)
      await expect(taking).finally(() => setTakingCount((count) => count - 1))
    },
    [expect],
  )

  const choiceOfFirst = useCallback(
    () =>
      new Promise<DestinationId>((give) => {
        setWaiting((drops) => [...drops, { give }])
      }),
    [],
  )

  const addTransfer = useCallback(
    (transfer: DataTransfer) => {
      if (selected !== null) void follow(intake.addTransfer(transfer, selected.destinationId))
      // Not counted as "reading": it waits for the user.
      else void expect(intake.addTransfer(transfer, choiceOfFirst()))
    },
    [intake, selected, follow, expect, choiceOfFirst],
  )

  const addFiles = useCallback(
    (files: FileList) => {
      if (selected !== null && files.length > 0) {
        void follow(intake.addFiles(files, selected.destinationId))
      }
    },
    [intake, selected, follow],
  )

  const takeGiven = useCallback(
    (destinationId: DestinationId | null) => {
      const taking = intake.addGiven(destinationId ?? choiceOfFirst())
      if (destinationId === null) return expect(taking)
      return follow(taking)
    },
    [intake, choiceOfFirst, expect, follow],
  )
  useGivenFiles(() => takeGiven(selected?.destinationId ?? null))

  useEffect(() => {
    if (selected === null || waiting.length === 0) return
    for (const { give } of waiting) give(selected.destinationId)
    setWaiting([])
  }, [selected, waiting])

  const incoming = useMemo<IntakeCalls>(
    () => ({
      addTransfer,
      addFiles,
      isReading: takingCount > 0,
      reports,
      addSkipped: (taking) => void follow(taking),
      dismissReport: dismiss,
      hasWaitingDrop: waiting.length > 0,
    }),
    [addTransfer, addFiles, takingCount, reports, follow, dismiss, waiting.length],
  )
  return <IntakeContext value={incoming}>{children}</IntakeContext>
}

/** Takes what was given to the app itself, one giving after the other. */
function useGivenFiles(take: () => Promise<void>): void {
  const { commands, notices } = useServices()
  const isDesktop = useAppState().host.host === 'desktop'
  const takeNext = useEffectEvent(take)
  useEffect(() => {
    if (!isDesktop) return
    let isTaking = false
    let isOver = false
    const takeAll = async () => {
      if (isTaking) return
      isTaking = true
      while (!isOver) {
        const given = await commands.countGivenFiles({})
        if (!given.ok || given.value.waitingCount === 0) break
        await takeNext()
      }
      isTaking = false
    }
    void takeAll()
    const unsubscribe = notices.filesGiven(() => void takeAll())
    return () => {
      isOver = true
      unsubscribe()
    }
  }, [commands, notices, isDesktop])
}

/**
 * A report goes when a drop ends that began after it came. Two drops at the same time say both
 * what became of them: neither has been read when the other ends.
 */
function useReports() {
  const [reports, setReports] = useState<readonly DropReport[]>([])
  const lastPlace = useRef(0)
  const expect = useCallback(async (taking: Promise<IntakeReport>) => {
    const placeBefore = lastPlace.current
    const report = await taking
    lastPlace.current += 1
    const id = lastPlace.current
    setReports((all) => [...all.filter((each) => each.id > placeBefore), { id, report }])
  }, [])
  const dismiss = useCallback(
    (place: number) => setReports((all) => all.filter((each) => each.id !== place)),
    [],
  )
  return { reports, expect, dismiss }
}
