import type { CheckStep } from '../../../electron/contract/destination.ts'

/** What each line of the connection check was about. */
export const CHECK_STEPS: Record<CheckStep, string> = {
  form: 'The form is filled in',
  endpoint: 'The store answers',
  clock: 'The clocks agree',
  credentials: 'The keys are accepted',
  region: 'The region is right',
  bucket: 'The bucket is there',
  write: 'Ferry may put files in',
  multipart: 'Large files may come in parts',
  read: 'Ferry may read them for links',
  delete: 'Ferry may remove what it puts in',
  cors: 'This window may upload directly',
}
