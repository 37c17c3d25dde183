import type { CheckLine, CheckStep } from '../../../../electron/contract/commands/checks.ts'
import type { FailureDestination } from '../../../failures/failure-text.ts'
import { failedLineText } from './failed-line-text.ts'
import { findingText, NEVER_OVERWRITES } from './finding-text.ts'

interface CheckWords {
  readonly topic: string
  /** For a line that passed without a finding. */
  readonly passed: string
}

export const CHECK_STEPS: Record<CheckStep, CheckWords> = {
  form: { topic: 'Form', passed: 'The form is filled in.' },
  dns: { topic: 'Address', passed: 'The address is known.' },
  tls: { topic: 'Store', passed: 'The store answers.' },
  clock: { topic: 'Clock', passed: 'The clocks agree.' },
  credentials: { topic: 'Keys', passed: 'The keys are accepted.' },
  region: { topic: 'Region', passed: 'The region is right.' },
  bucket: { topic: 'Bucket', passed: 'The bucket is there.' },
  put: { topic: 'Uploading files', passed: 'Ferry can upload files.' },
  multipart: { topic: 'Large files in parts', passed: 'Ferry can upload large files in parts.' },
  'list-parts': { topic: 'Resuming', passed: 'Ferry can list the parts of an upload.' },
  abort: { topic: 'Cancelling', passed: 'Ferry can cancel uploads.' },
  get: { topic: 'Reading for links', passed: 'Ferry can read files for links.' },
  delete: { topic: 'Deleting', passed: 'Ferry can delete what it uploaded.' },
  checksums: { topic: 'Checksums', passed: 'The store checks what it receives.' },
  'conditional-writes': {
    topic: 'Overwriting',
    passed: NEVER_OVERWRITES,
  },
  'unsigned-headers': {
    topic: 'Unsigned headers',
    passed: 'The store refuses unsigned headers.',
  },
  'post-forms': { topic: 'Web forms', passed: 'The store accepts uploads from web forms.' },
  'part-limit': { topic: 'Number of parts', passed: 'A file can have 10,000 parts.' },
  cors: { topic: 'Uploads from this window', passed: 'This window can upload directly.' },
  'part-size': { topic: 'Size of parts', passed: 'Parts of the usual size get through.' },
  versioning: {
    topic: 'Earlier versions',
    passed: 'The bucket’s versioning is known.',
  },
  'unfinished-rule': {
    topic: 'Unfinished uploads',
    passed: 'A rule removes unfinished uploads.',
  },
  'public-access': { topic: 'Public access', passed: 'Only your keys and links open files.' },
  'link-life': { topic: 'Link lifetime', passed: 'Links can be valid for 7 days.' },
}

export interface CheckGroup {
  readonly title: string
  /** The title in the middle of a sentence. */
  readonly object: string
  readonly steps: readonly CheckStep[]
}

export const CHECK_GROUPS: readonly CheckGroup[] = [
  {
    title: 'Connection',
    object: 'the connection',
    steps: ['form', 'dns', 'tls', 'clock', 'credentials', 'region', 'bucket'],
  },
  {
    title: 'Files',
    object: 'what happens to files',
    steps: [
      ...(['put', 'multipart', 'list-parts', 'abort', 'get', 'delete'] as const),
      ...(['checksums', 'conditional-writes', 'part-limit', 'cors', 'part-size'] as const),
    ],
  },
  {
    title: 'Bucket',
    object: 'the bucket’s settings',
    steps: ['versioning', 'unfinished-rule', 'public-access', 'unsigned-headers'],
  },
  { title: 'Links', object: 'links', steps: ['post-forms', 'link-life'] },
]

interface LineText {
  /** A sentence if the line passed, else its topic. */
  readonly title: string
  /** The problem or the warning, and what to do about it. */
  readonly detail: string | null
}

export function lineText(
  line: CheckLine,
  nowMs: number = Date.now(),
  at: FailureDestination | null = null,
): LineText {
  const { topic, passed } = CHECK_STEPS[line.step]
  const { finding } = line
  if (finding === null) return { title: line.verdict === 'passed' ? passed : topic, detail: null }
  if (finding.kind === 'failure')
    return { title: topic, detail: failedLineText(line, finding.failure, nowMs, at) }
  return line.verdict === 'passed'
    ? { title: findingText(finding, line.verdict), detail: null }
    : { title: topic, detail: findingText(finding, line.verdict) }
}
