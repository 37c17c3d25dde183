import type { Destination } from '../../../electron/contract/destination.ts'
import { formatCount } from '../../design/format.ts'
import { useToasts } from '../../design/toasts.tsx'
import { useServices } from '../services/services.tsx'
import { retrySignedIn } from './retry-stuck.ts'
import { SignInDialog } from './sign-in-dialog.tsx'

/** Signs in to where a destination's keys come from; what waited for that goes on. */
export function SignInAgain({
  destination,
  onClose,
}: {
  readonly destination: Destination
  readonly onClose: () => void
}) {
  const { queue, session } = useServices()
  const { say } = useToasts()
  const onDone = () => {
    const { destinations } = session.snapshot()
    const count = retrySignedIn(queue, destinations, destination.credentials)
    const goingOn = `${formatCount(count, 'upload goes', 'uploads go')} on.`
    say('You are signed in.', count === 0 ? undefined : goingOn)
    onClose()
  }
  return <SignInDialog source={destination.credentials} onDone={onDone} onClose={onClose} />
}
