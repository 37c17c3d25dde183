export const KIB = 1024
export const MIB = 1024 * KIB
export const GIB = 1024 * MIB
export const TIB = 1024 * GIB

/**
 * S3's own limits.
 * Source: docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
 */
export const S3_LIMITS = {
  /** Every part but the last is at least this long. */
  minPartBytes: 5 * MIB,
  maxPartBytes: 5 * GIB,
  maxPartCount: 10_000,
  /** One PUT without parts. */
  maxSinglePutBytes: 5 * GIB,
  /** 10,000 parts of 5 GiB. */
  maxObjectBytes: 10_000 * 5 * GIB,
  /** The length of the key's UTF-8 form. */
  maxKeyBytes: 1024,
  /** The longest life of a presigned URL, for keys that do not expire themselves. */
  maxLinkSeconds: 604_800,
} as const

/** Files shorter than this are sent in one PUT; longer ones in parts. */
export const MULTIPART_FROM_BYTES = 32 * MIB

/** The part size, unless S3's limit of parts requires longer ones. */
export const USUAL_PART_BYTES = 16 * MIB

/** The lifetime of a share link, unless the user chooses otherwise. */
export const DEFAULT_LINK_SECONDS = 24 * 60 * 60

/** Chromium opens six HTTP/1.1 connections per host; further requests only wait inside it. */
export const MAX_CONNECTIONS_PER_HOST = 6

/**
 * The system accepts this much of a body into its buffers at once (Linux: `tcp_wmem`, 4 MiB), and a
 * browser counts that as sent. So it is unknown whether a shorter body has left the computer.
 */
export const BUFFERED_BYTES = 4 * MIB

/** The number of files or parts in one command. The page sends more in several calls. */
export const MAX_BATCH = 500
