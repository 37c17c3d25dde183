import * as z from 'zod/mini'

/** Stands for a dropped file. The page holds the ticket; only the host knows what is behind it. */
export const SourceId = z.uuid().brand('SourceId')
export type SourceId = z.infer<typeof SourceId>

/** Identifies one file's upload. S3's own upload ID never leaves the host. */
export const UploadId = z.uuid().brand('UploadId')
export type UploadId = z.infer<typeof UploadId>

/** Identifies a bucket, a prefix, its credentials and its rules. */
export const DestinationId = z.uuid().brand('DestinationId')
export type DestinationId = z.infer<typeof DestinationId>
