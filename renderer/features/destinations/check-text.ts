import type { CheckStep } from '../../../electron/contract/destination.ts'

interface CheckWords {
  readonly topic: string
  readonly passed: string
}

/** What each line of the connection check is about, and what it says when all is well. */
export const CHECK_STEPS: Record<CheckStep, CheckWords> = {
  form: { topic: 'Form', passed: 'The form is filled in' },
  endpoint: { topic: 'Store', passed: 'The store answers' },
  clock: { topic: 'Clock', passed: 'The clocks agree' },
  credentials: { topic: 'Keys', passed: 'The keys are accepted' },
  region: { topic: 'Region', passed: 'The region is right' },
  bucket: { topic: 'Bucket', passed: 'The bucket is there' },
  write: { topic: 'Putting files in', passed: 'Ferry may put files in' },
  multipart: { topic: 'Large files in parts', passed: 'Large files may come in parts' },
  read: { topic: 'Reading for links', passed: 'Ferry may read files for links' },
  delete: { topic: 'Removing', passed: 'Ferry may remove what it put in' },
  cors: { topic: 'Uploads from this window', passed: 'This window may upload directly' },
}
