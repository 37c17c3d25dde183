import { useState } from 'react'
import type { NewerRelease, UpdateState } from '../../../electron/contract/commands/host.ts'
import { useUpdates } from '../../app/host-hooks.ts'
import { useQueue, useServices } from '../../app/services.tsx'
import { Button, buttonClass } from '../../design/button.tsx'
import { Notice } from '../../design/notice.tsx'
import { useToasts } from '../../design/toasts.tsx'
import type { QueueTotals } from '../../engine/view/queue-view.ts'
import { failureSentence } from '../../failures/failure-text.ts'

/** Asks once whether Ferry may check for new versions, and says when there is one. */
export function UpdateNotice() {
  const updates = useUpdates()
  if (updates === null) return null
  if (updates.checks === 'unasked') return <Question />
  const { newer, step } = updates
  if (newer === null || newer.isHidden) return null
  return <Offer key={newer.version} newer={newer} step={step} />
}

function Question() {
  const { commands } = useServices()
  const [isAnswered, setIsAnswered] = useState(false)
  const answer = (isAllowed: boolean) => {
    setIsAnswered(true)
    void commands.allowUpdateChecks({ isAllowed })
  }
  if (isAnswered) return null
  return (
    <Notice
      tone="calm"
      title="Should Ferry check for new versions?"
      action={
        <>
          <Button onClick={() => answer(true)}>Check once a day</Button>{' '}
          <Button tone="ghost" onClick={() => answer(false)}>
            No, thanks
          </Button>
        </>
      }
    >
      <p>
        It would ask its page on GitHub which version is the newest, and send nothing else. You can
        change this in the menu at any time.
      </p>
    </Notice>
  )
}

interface OfferProps {
  readonly newer: NewerRelease
  readonly step: UpdateState['step']
}

function Offer({ newer, step }: OfferProps) {
  const { commands } = useServices()
  const { say } = useToasts()
  const { totals } = useQueue()
  const isUploading = goesOn(totals)
  const isDownloading = step === 'downloading'
  const install = () =>
    void commands.installUpdate({}).then((answer) => {
      if (!answer.ok) say(failureSentence(answer.failure))
    })
  return (
    <Notice
      tone={step === 'failed' ? 'warn' : 'calm'}
      role="status"
      title={
        isDownloading
          ? `Downloading Ferry ${newer.version}…`
          : `Ferry ${newer.version} is available.`
      }
      action={
        <>
          {newer.canInstall && !isDownloading && (
            <>
              <Button tone="soft" disabled={isUploading} onClick={install}>
                Install and restart
              </Button>{' '}
            </>
          )}
          <a
            className={buttonClass('plain')}
            href={newer.pageUrl}
            target="_blank"
            rel="noopener noreferrer"
          >
            {newer.canInstall ? 'See what is new' : 'Get it'}
          </a>{' '}
          {!isDownloading && (
            <Button tone="ghost" onClick={() => void commands.hideUpdate({})}>
              Not now
            </Button>
          )}
        </>
      }
    >
      <p>{detailOf(newer, step, isUploading)}</p>
    </Notice>
  )
}

/** Whether any upload goes on without the user. An upload that waits for a retry does. */
function goesOn({ unfinishedCount, pausedCount, stuckCount, failedCount }: QueueTotals): boolean {
  return unfinishedCount > pausedCount + stuckCount - failedCount
}

function detailOf({ canInstall }: NewerRelease, step: UpdateState['step'], isUploading: boolean) {
  if (step === 'downloading')
    return 'Ferry restarts by itself after the download, once the uploads are done.'
  if (step === 'failed') {
    return 'It could not be downloaded. Try again, or get it from its page.'
  }
  if (!canInstall) return 'Download it from its page, and install it over this one.'
  return isUploading
    ? 'It can be installed when your uploads are done.'
    : 'Your uploads, links and destinations stay as they are.'
}
