import { useState } from 'react'
import { Button } from '../../design/button.tsx'
import { useToasts } from '../../design/toasts.tsx'
import { failureSentence } from '../../failures/failure-text.ts'
import type { SystemFilesLeftOut } from '../../upload/intake.ts'
import { useIncoming } from '../services/incoming.tsx'
import { useServices, useSession } from '../services/services.tsx'

/** Takes what was left out after all: this once, or from now on. */
export function SystemFilesButtons({
  place,
  left: { destinationId, upload },
}: {
  readonly place: number
  readonly left: SystemFilesLeftOut
}) {
  const { commands, session } = useServices()
  const { destinations, host } = useSession()
  const { takeLeftOut, dismissReport } = useIncoming()
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
    else takeLeftOut(upload())
  }
  const always = async () => {
    setIsAsked(true)
    const rules = { ...destination.rules, systemFiles: 'upload' } as const
    const saved = await commands.saveRules({ destinationId, rules })
    if (!saved.ok) {
      setIsAsked(false)
      return say('The rule was not saved.', failureSentence(saved.failure))
    }
    await session.refresh()
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
