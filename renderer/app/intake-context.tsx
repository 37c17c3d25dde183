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

/** A drop that came before the first destination existed, and that is sent to it. */
interface WaitingDrop {
  readonly give: (destinationId: DestinationId) => void
}

/** `id`: a running number. */
export interface DropReport {
  readonly id: number
  readonly report: IntakeReport
}

interface IntakeCalls {
  /**
   * Must be called synchronously in the event's handler: a DataTransfer's items expire with the
   * event.
   */
  readonly addTransfer: (transfer: DataTransfer) => void
  readonly addFiles: (files: FileList) => void
  /** Files are being read and registered. */
  readonly isReading: boolean
  /** The last drops, in the order in which they ended. */
  readonly reports: readonly DropReport[]
  /** Adds files that an earlier drop skipped. */
  readonly addSkipped: (report: Promise<IntakeReport>) => void
  readonly dismissReport: (place: number) => void
  readonly hasWaitingDrop: boolean
}

const IntakeContext = createContext<IntakeCalls | null>(null)

export function useIntake(): IntakeCalls {
  const calls = useContext(IntakeContext)
  if (calls === null) throw new TypeError('No IntakeProvider around this component')
  return calls
}

/** Provides what the user gives to the window, from the drop to its report. */
export function IntakeProvider({ children }: { readonly children: ReactNode }) {
  const { intake } = useServices()
  const { selected } = useAppState()
  const [readingCount, setReadingCount] = useState(0)
  const { reports, expect, dismiss } = useReports()
  const [waiting, setWaiting] = useState<readonly WaitingDrop[]>([])

  const follow = useCallback(
    async (report: Promise<IntakeReport>) => {
      setReadingCount((count) => count + 1)
      await expect(report).finally(() => setReadingCount((count) => count - 1))
    },
    [expect],
  )

  const choiceOfFirstDestination = useCallback(
    () =>
      new Promise<DestinationId>((give) => {
        setWaiting((drops) => [...drops, { give }])
      }),
    [],
  )

  const addTransfer = useCallback(
    (transfer: DataTransfer) => {
      if (selected !== null) void follow(intake.addTransfer(transfer, selected.destinationId))
      // Not counted as reading: it waits for the user.
      else void expect(intake.addTransfer(transfer, choiceOfFirstDestination()))
    },
    [intake, selected, follow, expect, choiceOfFirstDestination],
  )

  const addFiles = useCallback(
    (files: FileList) => {
      if (selected !== null && files.length > 0) {
        void follow(intake.addFiles(files, selected.destinationId))
      }
    },
    [intake, selected, follow],
  )

  const addGiven = useCallback(
    (destinationId: DestinationId | null) => {
      const report = intake.addGiven(destinationId ?? choiceOfFirstDestination())
      if (destinationId === null) return expect(report)
      return follow(report)
    },
    [intake, choiceOfFirstDestination, expect, follow],
  )
  useGivenFiles(() => addGiven(selected?.destinationId ?? null))

  useEffect(() => {
    if (selected === null || waiting.length === 0) return
    for (const { give } of waiting) give(selected.destinationId)
    setWaiting([])
  }, [selected, waiting])

  const calls = useMemo<IntakeCalls>(
    () => ({
      addTransfer,
      addFiles,
      isReading: readingCount > 0,
      reports,
      addSkipped: (report) => void follow(report),
      dismissReport: dismiss,
      hasWaitingDrop: waiting.length > 0,
    }),
    [addTransfer, addFiles, readingCount, reports, follow, dismiss, waiting.length],
  )
  return <IntakeContext value={calls}>{children}</IntakeContext>
}

/** Takes the files that were given to the app itself, one batch after another. */
function useGivenFiles(take: () => Promise<void>): void {
  const { commands, notices } = useServices()
  const isDesktop = useAppState().host.host === 'desktop'
  const takeNext = useEffectEvent(take)
  useEffect(() => {
    if (!isDesktop) return
    let isBusy = false
    let isOver = false
    const takeAll = async () => {
      if (isBusy) return
      isBusy = true
      while (!isOver) {
        const given = await commands.countGivenFiles({})
        if (!given.ok || given.value.waitingCount === 0) break
        await takeNext()
      }
      isBusy = false
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
 * A report is removed when a drop ends that began after the report came. Overlapping drops keep
 * both reports, because the user has read neither of them when the second one ends.
 */
function useReports() {
  const [reports, setReports] = useState<readonly DropReport[]>([])
  const lastId = useRef(0)
  const expect = useCallback(async (pending: Promise<IntakeReport>) => {
    const idBefore = lastId.current
    const report = await pending
    lastId.current += 1
    const id = lastId.current
    setReports((all) => [...all.filter((each) => each.id > idBefore), { id, report }])
  }, [])
  const dismiss = useCallback(
    (place: number) => setReports((all) => all.filter((each) => each.id !== place)),
    [],
  )
  return { reports, expect, dismiss }
}
