import { openLocalBucket } from '../../electron/local-bucket/local-bucket.ts'

/**
 * A local bucket in a separate process, for tests that measure or kill it. The folder is the first
 * argument. Answers the message `peak` with its peak memory in KiB.
 */
const bucket = await openLocalBucket({ folder: process.argv[2] ?? '' })
process.on('message', () => {
  process.send?.(process.resourceUsage().maxRSS)
})
process.on('disconnect', () => void bucket.close())
const { close: _, ...described } = bucket
process.send?.(described)
