import type { UploadId } from '../../../electron/contract/ids.ts'
import type { ConflictDecision } from '../../../electron/contract/rules/upload-rules.ts'
import { Button } from '../../design/button.tsx'
import { useDecideConflict } from './use-decide-conflict.ts'

/** The first is the one that loses nothing. */
const CHOICES: readonly (readonly [ConflictDecision, string])[] = [
  ['keep-both', 'Keep both'],
  ['replace', 'Replace'],
  ['skip', 'Skip'],
]

/** What can be done about an object that is there already. */
export function ConflictButtons({
  uploadIds,
  forAll = '',
}: {
  /** Asked when it is decided, since the list may have grown by then. */
  readonly uploadIds: () => readonly UploadId[]
  /** Goes on from the button's words. */
  readonly forAll?: string
}) {
  const decide = useDecideConflict()
  return CHOICES.map(([decision, label], index) => (
    <Button
      key={decision}
      tone={index === 0 ? 'primary' : 'plain'}
      onClick={() => decide(uploadIds(), decision)}
    >
      {label}
      {forAll}
    </Button>
  ))
}
