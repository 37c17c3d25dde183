import { Ellipsis, FolderOpen, ListX } from 'lucide-react'
import { type ReactNode, useRef, useState } from 'react'
import { useOpenFolder } from '../../app/host-hooks.ts'
import { useServices, useUploadDestination } from '../../app/services.tsx'
import { Button, IconButton } from '../../design/button.tsx'
import { ConfirmDialog } from '../../design/dialog.tsx'
import { formatBytes } from '../../design/format.ts'
import { isolated } from '../../design/isolated.tsx'
import { Menu, MenuItem } from '../../design/menu.tsx'
import { useFocusKeeper } from '../../design/use-focus-keeper.ts'
import type { UploadView, ViewPhase } from '../../engine/view/queue-view.ts'
import { ACTION_LABELS, type FailureAction, failureText } from '../../failures/failure-text.ts'
import { ConflictButtons } from './name-conflict.tsx'
import { ChooseFileButton, canUploadAgain, UploadAgainButton } from './replace-file.tsx'
import { useEnterProxyPassword } from './retry-unblocked.ts'
import type { RowHandlers } from './upload-row.tsx'

/** Cancelling more than this needs a confirmation. */
const ASK_BEFORE_LOSING_BYTES = 100_000_000

const PAUSABLE: ReadonlySet<ViewPhase> = new Set([
  'waiting',
  'preparing',
  'uploading',
  'verifying',
  'offline',
])
const STUCK: ReadonlySet<ViewPhase> = new Set(['needs-you', 'failed'])
const FINISHED: ReadonlySet<ViewPhase> = new Set(['done', 'cancelled'])

const ABOUT_CONNECTION: ReadonlySet<FailureAction> = new Set([
  'edit-connection',
  'enter-keys',
  'sign-in',
])
/** These resume the upload by themselves; a retry before them would only fail again. */
const ENOUGH_ALONE: ReadonlySet<FailureAction | null> = new Set(['sign-in', 'enter-proxy-password'])

export function RowActions({
  view,
  handlers,
}: {
  readonly view: UploadView
  readonly handlers: RowHandlers
}) {
  const group = useRef<HTMLDivElement>(null)
  const focusKeeper = useFocusKeeper(group)
  return (
    <div className="row-actions" ref={group} {...focusKeeper}>
      <ControlButtons view={view} handlers={handlers} />
      {view.phase === 'done' && handlers.renderLinkActions(view)}
      {(FINISHED.has(view.phase) || view.phase === 'failed') && <RowMenu view={view} />}
    </div>
  )
}

function ControlButtons({
  view,
  handlers,
}: {
  readonly view: UploadView
  readonly handlers: RowHandlers
}) {
  const { queue } = useServices()
  const { uploadId, phase } = view
  if (FINISHED.has(phase)) return null
  return (
    <>
      {STUCK.has(phase) && <RescueButtons view={view} handlers={handlers} />}
      {/* One element for both, so that the keyboard's focus stays where it is. */}
      {(PAUSABLE.has(phase) || phase === 'paused') && !view.isCancelling && (
        <Button
          tone={phase === 'paused' ? 'plain' : 'ghost'}
          onClick={() => (phase === 'paused' ? queue.resume(uploadId) : queue.pause(uploadId))}
        >
          {phase === 'paused' ? 'Resume' : 'Pause'}
        </Button>
      )}
      <CancelButton view={view} />
    </>
  )
}

function CancelButton({ view }: { readonly view: UploadView }) {
  const { queue } = useServices()
  const [isAsking, setIsAsking] = useState(false)
  const cancel = () => queue.cancel(view.uploadId)
  return (
    <>
      <Button
        tone="ghost"
        disabled={view.isCancelling}
        onClick={() => (view.sentBytes > ASK_BEFORE_LOSING_BYTES ? setIsAsking(true) : cancel())}
      >
        Cancel
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        title={`Cancel “${isolated(view.record.name)}”?`}
        confirmLabel="Cancel the upload"
        cancelLabel="Keep uploading"
        onConfirm={cancel}
        onClose={() => setIsAsking(false)}
      >
        {formatBytes(view.sentBytes)} are already in the bucket and will be removed from it. Pausing
        keeps them.
      </ConfirmDialog>
    </>
  )
}

/** The buttons that help a stopped upload: the failure's own action first, then the general ones. */
function RescueButtons({
  view,
  handlers,
}: {
  readonly view: UploadView
  readonly handlers: RowHandlers
}) {
  const { queue } = useServices()
  const destination = useUploadDestination(view) ?? null
  const action =
    view.failure === null ? null : failureText(view.failure, Date.now(), destination).action
  const own = useOwnAction(action, view, handlers)
  if (view.failure?.kind === 'key-taken') {
    return <ConflictButtons uploadIds={() => [view.uploadId]} />
  }
  if (action === 'upload-again') return <UploadAgainButton view={view} tone="primary" />
  if (action === 'choose-file') return <ChooseFileButton view={view} />
  return (
    <>
      {own}
      {!(own !== null && ENOUGH_ALONE.has(action)) && (
        <Button
          tone={own === null ? 'primary' : 'plain'}
          onClick={() => queue.retry(view.uploadId)}
        >
          Retry
        </Button>
      )}
      {canUploadAgain(view) && <UploadAgainButton view={view} tone="plain" />}
    </>
  )
}

/** The other actions have buttons of their own. */
type OneCall = Exclude<FailureAction, 'retry' | 'upload-again' | 'choose-file'>

function isOneCall(action: FailureAction): action is OneCall {
  return action !== 'retry' && action !== 'upload-again' && action !== 'choose-file'
}

function useOwnAction(
  action: FailureAction | null,
  view: UploadView,
  handlers: RowHandlers,
): ReactNode | null {
  const openFolder = useOpenFolder()
  const enterProxyPassword = useEnterProxyPassword()
  const isLocal = useUploadDestination(view)?.kind === 'local'
  if (action === null || !isOneCall(action)) return null
  // Ferry manages the connection of the bucket on this computer, so it cannot be edited.
  if (isLocal && ABOUT_CONNECTION.has(action)) return null
  const act: Record<OneCall, () => void> = {
    'edit-connection': () => handlers.onEditConnection(view),
    'edit-rules': () => handlers.onEditRules(view),
    'enter-keys': () => handlers.onEditConnection(view),
    'sign-in': () => handlers.onSignIn(view),
    'enter-proxy-password': enterProxyPassword,
    'open-data-folder': () => openFolder('data'),
    'open-bucket-folder': () => openFolder('local-bucket'),
    reload: () => location.reload(),
  }
  return (
    <Button tone="primary" onClick={act[action]}>
      {ACTION_LABELS[action]}
    </Button>
  )
}

function RowMenu({ view }: { readonly view: UploadView }) {
  const { queue } = useServices()
  const openFolder = useOpenFolder()
  const destination = useUploadDestination(view)
  return (
    <Menu
      trigger={
        <IconButton label="More actions">
          <Ellipsis size={17} />
        </IconButton>
      }
    >
      {view.phase === 'done' && destination?.kind === 'local' && (
        <MenuItem
          icon={<FolderOpen size={15} aria-hidden="true" />}
          onSelect={() => openFolder('local-bucket')}
        >
          Open the folder
        </MenuItem>
      )}
      <MenuItem
        icon={<ListX size={15} aria-hidden="true" />}
        onSelect={() => queue.clear(view.uploadId)}
      >
        Remove from the list
      </MenuItem>
    </Menu>
  )
}
