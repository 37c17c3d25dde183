import { unreachable } from '../../electron/lib/unreachable.ts'
import { formatBytes } from '../design/format.ts'
import { type FailureDestination, type FailureOf, type Words, words } from './words.ts'

export function unreadableWords({ why }: FailureOf<'source-unreadable'>): Words {
  switch (why) {
    case undefined:
      return words(
        'The file cannot be read.',
        'Check that you may read it, or close the program that keeps it open, then try again.',
      )
    case 'macos-privacy':
      // support.apple.com/guide/mac-help/mchld5a35146, "Control access to files and folders on Mac".
      return words(
        'macOS does not let Ferry read this file.',
        'Allow Ferry the folder in System Settings > Privacy & Security > Files and Folders (where Ferry is not listed there: Full Disk Access), then try again.',
      )
    case 'macos-permissions':
      return words(
        'You may not read this file.',
        'Select it in the Finder, choose File > Get Info, give yourself permission to read it under Sharing & Permissions, then try again.',
      )
    case 'windows-permissions':
      return words(
        'Windows does not let you read this file.',
        'Give yourself permission to read it in its Properties under Security, or ask its owner to, then try again.',
      )
    case 'unix-permissions':
      return words(
        'You may not read this file.',
        'Give yourself permission to read it (chmod u+r), or ask its owner to, then try again.',
      )
    case 'other-program':
      return words(
        'Another program keeps this file to itself.',
        'Close the file there, then try again.',
      )
    case 'path-too-long':
      return words(
        'The path of this file is longer than the system can open.',
        'Move it to a folder nearer to the top of the disk, and choose it there.',
        'choose-file',
      )
    default:
      return unreachable(why)
  }
}

/** A copy of such a file in another folder can be uploaded like any other file. */
export function offLimitsWords({ why, place }: FailureOf<'source-off-limits'>): Words {
  const copy = 'If you mean to upload it, copy it to another folder first.'
  switch (why) {
    case 'data-folder':
      return words('Ferry does not upload its own data, which holds your keys.', copy)
    case 'keys':
      return words(
        `Ferry does not read files from ${place}, where keys and passwords are kept.`,
        copy,
      )
    case 'browser':
      return words(`Ferry does not read files from ${place}, where a browser keeps sign-ins.`, copy)
    case 'system':
      return words(
        `Ferry does not read files from ${place}, which the system makes up itself.`,
        copy,
      )
    case 'network-path':
      return words(
        `You did not allow Ferry to read files from ${place}.`,
        'Choose the file again and allow it, or give the shared folder a drive letter.',
        'choose-file',
      )
    case 'device-path':
      return words(
        `Ferry does not open files by a path of this kind (${place}).`,
        'Choose the file by its drive letter, or by the shared folder of another computer.',
        'choose-file',
      )
    case 'link-out':
      return words(
        `This is a link to a file outside of the folder “${place}” that you chose.`,
        'If you mean to upload it, choose the file itself.',
      )
    case 'not-a-path':
      return words('The system did not say where this file is.', 'Choose it again.', 'choose-file')
    default:
      return unreachable(why)
  }
}

export function nameWords({ reason }: FailureOf<'name-unusable'>): Words {
  return words(nameProblem(reason), 'Rename the file and drop it again.')
}

function nameProblem(reason: FailureOf<'name-unusable'>['reason']): string {
  switch (reason) {
    case 'empty':
      return 'The file has no name that a bucket can hold.'
    case 'too-long':
      return 'The name, with its folders, is longer than a bucket can hold (1,024 bytes).'
    case 'not-unicode':
      return 'The name holds characters that are not valid text.'
    case 'dot-segment':
      return 'A bucket cannot hold a folder or file named “.” or “..”.'
    default:
      return unreachable(reason)
  }
}

/**
 * The store's limit for a whole file, or with an answer, its limit for one request. Older versions
 * of Ferry recorded the limit of the destination's rules here, too.
 */
export function tooLargeWords(
  { limitBytes, limitOf, answer }: FailureOf<'too-large'>,
  at: FailureDestination | null,
): Words {
  if (limitOf === 'rules') return sizeNotAllowedWords({ limitBytes }, at)
  if (answer === undefined) {
    return words(
      `The file is larger than this store takes${limitText(limitBytes)}.`,
      'Split the file, or choose another destination.',
    )
  }
  return words(
    `The store takes nothing as large as this at a time${limitText(limitBytes)}.`,
    'Choose smaller parts in the rules and upload the file again, or split the file.',
    'edit-rules',
  )
}

export function sizeNotAllowedWords(
  { limitBytes }: { readonly limitBytes: number | null },
  at: FailureDestination | null,
): Words {
  const rules = at === null ? 'of this destination' : `of ${at.name}`
  return words(
    `The file is larger than the rules ${rules} allow${limitText(limitBytes)}.`,
    'Raise the limit in the rules, or upload the file elsewhere.',
    'edit-rules',
  )
}

function limitText(limitBytes: number | null): string {
  return limitBytes === null ? '' : ` (${formatBytes(limitBytes)})`
}

/**
 * The upload was sent to one bucket and its destination now names another, or another object is
 * there.
 */
export function movedWords({ was, now }: FailureOf<'destination-moved'>): Words {
  if (was.endpoint === now.endpoint && was.bucket === now.bucket) {
    return words(
      `The keys or the region of this destination have changed, and what “${now.bucket}” holds under this name is not what was uploaded.`,
      'Set them back to reach the file, or upload it again.',
    )
  }
  return words(
    `This file was sent to the bucket “${was.bucket}” at ${was.endpoint}; the destination now points to “${now.bucket}” at ${now.endpoint}.`,
    'Set it back to reach the file, and connect the other bucket as a destination of its own.',
  )
}

export function localBucketWords({ reason }: FailureOf<'local-bucket-unavailable'>): Words {
  switch (reason) {
    case 'port-taken':
      return words(
        'The bucket on this computer cannot start: another program uses its port.',
        'Close that program, or a second Ferry, then start Ferry again.',
      )
    case 'folder-unwritable':
      return words(
        'The bucket on this computer cannot write to its folder.',
        'Check that you may write to it, then start Ferry again.',
      )
    case 'broken':
      return words(
        'The bucket on this computer cannot start.',
        'Start Ferry again; its log says more.',
      )
    default:
      return unreachable(reason)
  }
}
