import { Notice } from '../../design/notice.tsx'
import { useAppState } from './services.tsx'

/**
 * Says where Ferry waits for an answer. What a page may not decide is asked where no page can click:
 * in a dialog of the system's, or in the terminal that Ferry was started in.
 */
export function ConfirmationPending() {
  const { host } = useAppState()
  const asked = host.troubles.find((trouble) => trouble.kind === 'asked-outside')
  if (asked === undefined) return null
  const place = asked.where === 'dialog' ? 'in a dialog' : 'in the terminal it was started in'
  return (
    <Notice tone="calm" role="status" title={`Ferry asks ${place} whether this was you.`}>
      <p>Answer there, and it goes on by itself.</p>
    </Notice>
  )
}
