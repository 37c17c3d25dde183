import type { Failure } from '../../electron/contract/failure/kinds.ts'
import { unreachable } from '../../electron/lib/unreachable.ts'
import { formatBytes } from '../design/format.ts'
import { isolated } from '../design/isolated.tsx'
import { type ComputerFailure, type FailureDestination, type FailureText, text } from './words.ts'

/** About a file, this computer, or Ferry itself. */
export function computerWords(
  failure: ComputerFailure,
  at: FailureDestination | null,
): FailureText {
  switch (failure.kind) {
    case 'source-changed':
      return text(
        'The file changed while it was uploaded.',
        'Upload it again to send it as it is now. No mixed file was made in the bucket.',
        'upload-again',
      )
    case 'source-missing':
      return text(
        'The file is no longer where it was.',
        'Put it back and retry, or choose it again in its new place; only what is missing is sent. What was dragged out of another program, such as a mail, may be gone for good: drag it once more.',
        'retry',
      )
    case 'source-unreadable':
      return unreadableWords(failure.why)
    case 'source-not-a-file':
      return text(
        'This is a pipe, a socket or a device, not a file.',
        'It holds no bytes that a bucket could keep; to keep what comes out of it, save that to a file first.',
      )
    case 'source-off-limits':
      return offLimitsWords(failure)
    case 'source-detached':
      return text(
        'Drop the file here again to go on.',
        'Ferry recognises it and sends only what is missing.',
        'choose-file',
      )
    case 'name-unusable':
      return text(nameProblem(failure.reason), 'Rename the file and drop it again.')
    case 'too-large':
      return tooLargeWords(failure, at)
    case 'disk-full':
      return failure.where === 'local-bucket'
        ? text(
            'The disk with the bucket on this computer is full.',
            'Free some space, then try again.',
            'open-bucket-folder',
          )
        : text('The disk with Ferry’s data is full.', 'Free some space, then try again.', 'retry')
    case 'destination-moved':
      return movedWords(failure)
    case 'too-many-destinations':
      return text(
        `The file has more than ${failure.limitCount} destinations.`,
        'Nothing was added. Split the file, and import the part that you need.',
      )
    case 'not-confirmed':
      return text(
        'You did not allow this.',
        'If you meant it, try again and allow it where Ferry asks; if not, close this window and start Ferry again.',
        'retry',
      )
    case 'secret-store-unavailable':
      return text(
        'The key store of this computer is locked.',
        'Unlock it and start Ferry again, or enter the keys: then they are kept while Ferry runs.',
        'enter-keys',
      )
    case 'secret-missing':
      return text(
        'The secret access key is gone.',
        'It was kept only while Ferry ran, or the key store that sealed it has lost its key. Enter the keys again; the uploads go on.',
        'enter-keys',
      )
    case 'local-bucket-unavailable':
      return text(
        localBucketProblem(failure.reason),
        LOCAL_BUCKET_WAY_OUT[failure.reason],
        'open-data-folder',
      )
    case 'rules-invalid':
      return text(
        'The rules of this destination need another look.',
        'Open them: what is wrong is marked there.',
      )
    case 'type-not-allowed':
      return text(
        `This destination takes no files of this type (${failure.contentType || 'unknown'}).`,
        'Allow the type in its rules and try again, or upload the file elsewhere.',
        'edit-rules',
      )
    case 'key-taken':
      return text(
        `The bucket already has “${isolated(failure.key)}”.`,
        'Choose whether to keep both, replace it or skip this file.',
      )
    case 'skipped':
      return text('The bucket already has a file of this name.', 'It was left as it is.')
    case 'host-gone':
      return text('Ferry stopped.', 'Start it again; your uploads go on.', 'reload')
    case 'unknown-id':
      return text('Ferry has no record of this any more.', 'Reload the window.', 'reload')
    case 'aborted':
      return text(
        'This was stopped before it had finished.',
        'Try again if you still need it.',
        'retry',
      )
    case 'busy':
      return text(
        'The store is still busy with an earlier request for this file.',
        'Wait a moment, then try again.',
        'retry',
      )
    case 'in-use':
      return text('This cannot be done while it is in use.', 'Wait for it or cancel it first.')
    case 'wrong-state':
      return text(
        'This is no longer possible: something has changed meanwhile.',
        'Reload the window to see how it is now.',
        'reload',
      )
    case 'not-now':
      return text('This could not be done at that time.', 'Cancel it, or upload the file again.')
    case 'internal':
      return text(
        `Something went wrong inside Ferry (reference ${failure.reference}).`,
        'Try again; the log has the details.',
        'retry',
      )
    default:
      return unreachable(failure)
  }
}

function unreadableWords(why: Extract<Failure, { kind: 'source-unreadable' }>['why']): FailureText {
  switch (why) {
    case undefined:
      return text(
        'The file cannot be read.',
        'Allow yourself to read it, or close the program that holds it, then try again.',
        'retry',
      )
    case 'macos-privacy':
      // support.apple.com/guide/mac-help/mchld5a35146, "Control access to files and folders on Mac".
      return text(
        'macOS does not let Ferry read this file.',
        'Allow Ferry the folder in System Settings > Privacy & Security > Files and Folders (where Ferry is not listed there: Full Disk Access), then try again.',
        'retry',
      )
    case 'macos-permissions':
      return text(
        'You may not read this file.',
        'Select it in the Finder, choose File > Get Info, allow yourself to read it under Sharing & Permissions, then try again.',
        'retry',
      )
    case 'windows-permissions':
      return text(
        'Windows does not let you read this file.',
        'Allow yourself to read it in its Properties under Security, or ask its owner to, then try again.',
        'retry',
      )
    case 'unix-permissions':
      return text(
        'You may not read this file.',
        'Allow yourself to read it (chmod u+r), or ask its owner to, then try again.',
        'retry',
      )
    case 'other-program':
      return text(
        'Another program keeps this file to itself.',
        'Close the file there, then try again.',
        'retry',
      )
    case 'path-too-long':
      return text(
        'The path of this file is longer than the system can open.',
        'Move it to a folder nearer to the top of the disk, and choose it there.',
        'choose-file',
      )
    default:
      return unreachable(why)
  }
}

/** The object is at its place, and that place is another now; or another object is there. */
function movedWords({ was, now }: Extract<Failure, { kind: 'destination-moved' }>): FailureText {
  if (was.endpoint === now.endpoint && was.bucket === now.bucket) {
    return text(
      `The keys or the region of this destination changed since, and what “${now.bucket}” holds under this name is not what was uploaded.`,
      'Set them back to reach the file, or upload it again.',
      'edit-connection',
    )
  }
  return text(
    `This file was sent to the bucket “${was.bucket}” at ${was.endpoint}; the destination now points to “${now.bucket}” at ${now.endpoint}.`,
    'Set it back to reach the file, and connect the other bucket as a destination of its own.',
    'edit-connection',
  )
}

/** Nobody is kept from uploading such a file: a copy elsewhere is one like any other. */
function offLimitsWords({
  why,
  place,
}: Extract<Failure, { kind: 'source-off-limits' }>): FailureText {
  const copy = 'If you mean to upload it, copy it to another folder first.'
  switch (why) {
    case 'data-folder':
      return text('Ferry does not upload its own data, which holds your keys.', copy)
    case 'keys':
      return text(
        `Ferry does not read files from ${place}, where keys and passwords are kept.`,
        copy,
      )
    case 'browser':
      return text(`Ferry does not read files from ${place}, where a browser keeps sign-ins.`, copy)
    case 'system':
      return text(
        `Ferry does not read files from ${place}, which the system makes up itself.`,
        copy,
      )
    case 'network-path':
      return text(
        `You did not allow Ferry to read files from ${place}.`,
        'Choose the file again and allow it, or give the shared folder a drive letter.',
        'choose-file',
      )
    case 'device-path':
      return text(
        `Ferry does not open files by a path of this kind (${place}).`,
        'Choose the file by its drive letter, or by the shared folder of another computer.',
        'choose-file',
      )
    case 'link-out':
      return text(
        `This is a link to a file outside of the folder “${place}” that you chose.`,
        'If you mean to upload it, choose the file itself.',
      )
    case 'not-a-path':
      return text('The system did not say where this file is.', 'Choose it again.', 'choose-file')
    default:
      return unreachable(why)
  }
}

function nameProblem(reason: Extract<Failure, { kind: 'name-unusable' }>['reason']): string {
  switch (reason) {
    case 'empty':
      return 'The file has no name that a bucket can hold.'
    case 'too-long':
      return 'The name, with its folders, is longer than a bucket can hold (1,024 bytes).'
    case 'not-unicode':
      return 'The name holds characters that are not valid text.'
    case 'dot-segment':
      return 'A folder or file named “.” or “..” cannot be kept in a bucket.'
    default:
      return unreachable(reason)
  }
}

/** By the rules, by the store's plan of parts, or in the store's answer to one request. */
function tooLargeWords(
  { limitBytes, limitOf, answer }: Extract<Failure, { kind: 'too-large' }>,
  at: FailureDestination | null,
): FailureText {
  const limit = limitBytes === null ? '' : ` (${formatBytes(limitBytes)})`
  if (limitOf === 'rules') {
    const rules = at === null ? 'of this destination' : `of ${at.name}`
    return text(
      `The file is larger than the rules ${rules} allow${limit}.`,
      'Raise the limit in the rules, or upload the file elsewhere.',
      'edit-rules',
    )
  }
  if (answer === undefined) {
    return text(
      `The file is larger than this store takes${limit}.`,
      'Split the file, or choose another destination.',
    )
  }
  return text(
    `The store takes nothing as large as this at a time${limit}.`,
    'Choose smaller parts in the rules and upload the file again, or split the file.',
    'edit-rules',
  )
}

type LocalBucketReason = Extract<Failure, { kind: 'local-bucket-unavailable' }>['reason']

function localBucketProblem(reason: LocalBucketReason): string {
  switch (reason) {
    case 'port-taken':
      return 'The bucket on this computer cannot start: another program uses its port.'
    case 'folder-unwritable':
      return 'The bucket on this computer cannot write to its folder.'
    case 'broken':
      return 'The bucket on this computer cannot start.'
    default:
      return unreachable(reason)
  }
}

const LOCAL_BUCKET_WAY_OUT: Record<LocalBucketReason, string> = {
  'port-taken': 'Close that program, or a second Ferry, then start Ferry again.',
  'folder-unwritable': 'Allow yourself to write there, then start Ferry again.',
  broken: 'Start Ferry again; its log says more.',
}
