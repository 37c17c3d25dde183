import type { CheckStep } from '../../../electron/contract/check.ts'

interface CheckWords {
  readonly topic: string
  readonly passed: string
}

/** What each line of the connection check is about, and what it says when all is well. */
export const CHECK_STEPS: Record<CheckStep, CheckWords> = {
  form: { topic: 'Form', passed: 'The form is filled in' },
  dns: { topic: 'Address', passed: 'The address is known' },
  tls: { topic: 'Store', passed: 'The store answers' },
  clock: { topic: 'Clock', passed: 'The clocks agree' },
  credentials: { topic: 'Keys', passed: 'The keys are accepted' },
  region: { topic: 'Region', passed: 'The region is right' },
  bucket: { topic: 'Bucket', passed: 'The bucket is there' },
  put: { topic: 'Putting files in', passed: 'Ferry may put files in' },
  multipart: { topic: 'Large files in parts', passed: 'Large files may come in parts' },
  'list-parts': { topic: 'Listing parts', passed: 'Ferry may list the parts of an upload' },
  abort: { topic: 'Cancelling', passed: 'Ferry may cancel uploads' },
  get: { topic: 'Reading for links', passed: 'Ferry may read files for links' },
  delete: { topic: 'Removing', passed: 'Ferry may remove what it put in' },
  checksums: { topic: 'Checksums', passed: 'The store checks what it receives' },
  'conditional-writes': {
    topic: 'Conditional writes',
    passed: 'The store never overwrites by accident',
  },
  'post-forms': { topic: 'Forms', passed: 'The store takes uploads from forms' },
  'part-limit': { topic: 'Parts', passed: 'The store takes 10,000 parts' },
  versioning: { topic: 'Versions', passed: 'Versions are known' },
  'unfinished-rule': { topic: 'Unfinished uploads', passed: 'A rule removes unfinished uploads' },
  'public-access': { topic: 'Public access', passed: 'Only your keys and links can read' },
  'link-life': { topic: 'Links', passed: 'Links can live for seven days' },
  cors: { topic: 'Uploads from this window', passed: 'This window may upload directly' },
}
