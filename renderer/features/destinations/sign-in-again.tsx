import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import { formatCount } from '../../design/format.ts'
import { useToasts } from '../../design/toasts.tsx'
import { SignInDialog } from './sign-in-dialog.tsx'

/** Signs in to where a destination's keys come from; what waited for that goes on. */
export function SignInAgain({
  destination,
  onClose,
}: {
  readonly destination: Destination
  readonly onClose: () => void
}) {
  const { say } = useToasts()
  const onDone = (count: number) => {
    const goingOn = `${formatCount(count, 'upload goes', 'uploads go')} on.`
    say('You are signed in.', count === 0 ? undefined : goingOn)
    onClose()
  }
  return <SignInDialog source={destination.credentials} onDone={onDone} onClose={onClose} />
}
