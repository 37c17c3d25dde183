import { HardDrive, Plug } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useIntake } from '../../app/intake-context.tsx'
import { useServices } from '../../app/services.tsx'
import { BrandMark } from '../../design/brand.tsx'
import { Button } from '../../design/button.tsx'
import { Notice } from '../../design/notice.tsx'
import { failureSentence } from '../../failures/failure-text.ts'
import './welcome.css'

/** The first start: two ways to begin. A drop that came too early is kept for either. */
export function Welcome({
  onConnect,
  children,
}: {
  readonly onConnect: () => void
  /** Notices of the host. */
  readonly children: ReactNode
}) {
  const { hasWaitingDrop } = useIntake()
  const { start, isStarting, problem } = useLocalStart()
  return (
    <main className="welcome">
      <div className="welcome-card">
        <span className="welcome-mark">
          <BrandMark size={40} />
        </span>
        <h1>Files go over. Links come back.</h1>
        <p className="welcome-about">
          Ferry sends your files straight to your own S3 bucket and gives you links to hand out. It
          picks up where it left off, whatever happens on the way.
        </p>
        {children}
        {hasWaitingDrop && (
          <Notice tone="calm" role="status" title="Your files are safe here.">
            <p>Choose where they should go, and the upload starts.</p>
          </Notice>
        )}
        {problem !== null && <Notice tone="bad" role="alert" title={problem} />}
        <div className="welcome-ways">
          <Button tone="primary" disabled={isStarting} onClick={start}>
            <HardDrive size={17} aria-hidden="true" />
            Try it with a bucket on this computer
          </Button>
          <Button onClick={onConnect}>
            <Plug size={17} aria-hidden="true" />
            Connect a bucket
          </Button>
        </div>
        <p className="welcome-promise">
          Keys stay on this computer. No account, no server of ours.
        </p>
      </div>
    </main>
  )
}

function useLocalStart() {
  const { appState } = useServices()
  const [isStarting, setIsStarting] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const start = async () => {
    setIsStarting(true)
    setProblem(null)
    const answer = await appState.openLocalBucket()
    setIsStarting(false)
    if (!answer.ok) setProblem(failureSentence(answer.failure))
  }
  return { start: () => void start(), isStarting, problem }
}
