import { useState } from 'react'
import { Button } from '../../design/button.tsx'
import { useToasts } from '../../design/toasts.tsx'
import { failureSentence } from '../../failures/failure-text.ts'
import type { SkippedSystemFiles } from '../../upload/intake.ts'
import { useIntake } from '../services/incoming.tsx'
import { useAppState, useServices } from '../services/services.tsx'

/** Takes what was left out after all: this once, or from now on. */
export function SystemFilesButtons({
  place,
  left: { destinationId, upload },
}: {
  readonly place: number
  readonly left: SkippedSystemFiles
}) {
  const { commands, appState } = useServices()
  const { destinations, host } = useAppState()
  const { addSkipped, dismissReport } = useIntake()
  const { say } = useToasts()
  const [isAsked, setIsAsked] = useState(false)
  const destination = destinations.find((each) => each.destinationId === destinationId)
  // Saving all rules would settle those that could not be read, which is the rules form's to ask.
  const areRulesUnread = host.troubles.some(
    (each) => each.kind === 'rules-unread' && each.destinationId === destinationId,
  )
  if (isAsked || destination === undefined) return null

  const take = () => {
    if (upload === null) dismissReport(place)
    else addSkipped(upload())
  }
  const always = async () => {
    setIsAsked(true)
    const rules = { ...destination.rules, systemFiles: 'upload' } as const
    const saved = await commands.saveRules({ destinationId, rules })
    if (!saved.ok) {
      setIsAsked(false)
      return say('The rule was not saved.', failureSentence(saved.failure))
    }
    await appState.refresh()
    const name = destination.name
    say(`System files in folders are uploaded to ${name} from now on.`, 'Its rules say so.')
    take()
  }
  return (
    <>
      {upload !== null && (
        <Button
          onClick={() => {
            setIsAsked(true)
            take()
          }}
        >
          Upload them, too
        </Button>
      )}
      {destination.rules.systemFiles === 'leave-out' && !areRulesUnread && (
        <Button onClick={() => void always()}>Always upload them</Button>
      )}
    </>
  )
}
