import type { Deviation } from './known-deviations.ts'

const NOTHING_REFUSED = /nothing was refused/

/**
 * The deviations of Ceph RGW 16.2 from the AWS documentation, as measured. In everything else that
 * the conformance suite tests, it behaves like AWS.
 */
export const CEPH_16_DEVIATIONS: readonly Deviation[] = [
  ...checksumsOfObjects(),
  ...checksumsOfParts(),
  ...signedChecksums(),
  ...uploadsInParts(),
  ...objects(),
  ...settings(),
]

/** Ceph 16.2 is older than S3's checksums and supports only Content-MD5. */
function checksumsOfObjects(): Deviation[] {
  return ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'].flatMap((algorithm) => [
    {
      test: `integrity > ${algorithm} > is verified, stored and returned on request`,
      does: 'ignores the header',
      shows: new RegExp(`to match object .*Checksum${algorithm}`),
    },
    {
      test: `integrity > ${algorithm} > refuses bytes that do not match and stores nothing`,
      does: 'stores them',
      shows: NOTHING_REFUSED,
    },
    {
      test: `integrity > ${algorithm} > is taken from the trailer of a streamed body`,
      does: 'answers 411',
      shows: /MissingContentLength/,
    },
  ])
}

function checksumsOfParts(): Deviation[] {
  return [
    ...['CRC32', 'CRC32C', 'CRC64NVME'].map(
      (name) => `of ${name} combine to the checksum of the whole object`,
    ),
    'of SHA-256 are listed, required and combined into a composite',
    'refuse a part whose bytes do not match',
    'do not exist as SHA256 FULL_OBJECT',
    'do not exist as CRC64NVME COMPOSITE',
  ].map((title) => ({
    test: `checksums of parts > ${title}`,
    does: 'ignores checksums, right and wrong ones',
    shows: NOTHING_REFUSED,
  }))
}

function signedChecksums(): Deviation[] {
  const ofAlgorithms = ['CRC64NVME', 'CRC32C', 'SHA-256'].flatMap((name) =>
    [
      'refuses other bytes and stores nothing',
      'protects the PUT of a whole file in the same way',
    ].map((title) => ({
      test: `signed checksums > ${name}, signed into the URL of a part > ${title}`,
      does: 'takes the part with a wrong one; it checks Content-MD5 only',
      shows: /to deeply equal \{ status: 400, code: 'BadDigest' \}/,
    })),
  )
  const rows: readonly (readonly [string, RegExp])[] = [
    ['is not taken by a part that brings another one', NOTHING_REFUSED],
    ['is not taken by a part that brings none, where it is made of the parts', NOTHING_REFUSED],
    [
      'is computed from parts without checksums if it covers the whole object',
      /- +"ChecksumType": "FULL_OBJECT"/,
    ],
    [
      'is returned in the list of parts if the upload began with one',
      /expected undefined to be 'rosUhgp5mIg='/,
    ],
    [
      'is required for the whole object at Complete, with its length, and returned by HEAD',
      NOTHING_REFUSED,
    ],
  ]
  const ofUploads = rows.map(([title, shows]) => ({
    test: `signed checksums > the checksum of an upload > ${title}`,
    does: 'knows no checksum of an upload',
    shows,
  }))
  return [...ofAlgorithms, ...ofUploads]
}

function uploadsInParts(): Deviation[] {
  const rows: readonly (readonly [string, string, RegExp])[] = [
    [
      'join their parts by number, whatever the order of arrival',
      'leaves the ETag out of the first answer to Complete; HEAD has it',
      /expected '' to match/,
    ],
    [
      'answer a repeated Complete like the first one',
      'has an ETag for the second Complete and none for the first',
      /expected '[0-9a-f]{32}-1' to be ''/,
    ],
    [
      'are joined once when several Completes come at the same time',
      'answers 500 to all but one',
      /InternalError: This multipart completion is already in progress/,
    ],
    ['leave out parts that Complete does not list', 'answers 400', /InvalidPart/],
    [
      'refuse wrong lists and do not change',
      'sorts the list itself, and wants every part that it holds in it',
      /- +"code": "InvalidPartOrder",\n\+ +"code": "EntityTooSmall"/,
    ],
    ['refuse part number 0', 'takes it', NOTHING_REFUSED],
    ['refuse part number 10001', 'takes it', NOTHING_REFUSED],
    [
      'are listed page by page until they are aborted',
      'names what a delimiter folds in an element of its own, which no SDK reads',
      /to include 'list\/c\/'/,
    ],
    ['do not exist after an abort', 'calls the upload a key', /"code": "NoSuchKey"/],
    ['belong to one key only', 'calls the upload a key', /"code": "NoSuchKey"/],
    ['of the id "" do not exist', 'takes the part for an object', NOTHING_REFUSED],
    [`of the id "${'x'.repeat(3000)}" do not exist`, 'answers 500', /"status": 500/],
    [
      'complete only if their condition holds',
      'ignores If-None-Match on Complete',
      NOTHING_REFUSED,
    ],
  ]
  return rows.map(([title, does, shows]) => ({ test: `multipart uploads > ${title}`, does, shows }))
}

function objects(): Deviation[] {
  return [
    {
      test: 'objects > are deleted in batches, even missing ones',
      does: 'answers in an order of its own',
      shows: /\+ +"many\/missing",\n +"many\/1"/,
    },
    {
      test: 'objects > refuse a key that is too long',
      does: 'has another word for it',
      shows: /InvalidObjectName/,
    },
    {
      test: 'objects > refuse metadata that is too long',
      does: 'takes more metadata',
      shows: NOTHING_REFUSED,
    },
    {
      test: 'conditions > of a write refuse it unless the ETag is the current one',
      does: 'finds no ETag alike, the present one neither, unless it comes without quotes',
      shows: /PreconditionFailed/,
    },
    {
      test: 'copies > copy or replace the metadata as requested',
      does: 'writes the ETag of a copy without quotes',
      shows: /expected '841a2d689ad86bd1611447453c22c6fc' to be/,
    },
    {
      test: 'the bucket > is listed, answers HEAD and returns its location',
      does: 'has zone groups in the place of regions',
      shows: /\[ undefined, 'default' \]/,
    },
    {
      test: 'lists > may be empty, and refuse an invalid token',
      does: 'takes any token for a name to begin at',
      shows: NOTHING_REFUSED,
    },
  ]
}

function settings(): Deviation[] {
  const rows: readonly (readonly [string, string, RegExp])[] = [
    [
      'bucket CORS > is returned as it was put, and does not exist once deleted',
      'gives the methods back in an order of its own',
      /- +"PUT",\n +"GET",\n\+ +"PUT"/,
    ],
    [
      'bucket CORS > allows a preflight that matches a rule',
      'names the one method that was asked for',
      /\+ +"access-control-allow-methods": "PUT",/,
    ],
    ...['another origin', 'another method', 'another header'].map(
      (what) =>
        [
          `bucket CORS > refuses a preflight of ${what}`,
          'says AccessDenied',
          /<Code>AccessDenied/,
        ] as const,
    ),
    ...['two wildcards', 'a strange method'].map(
      (what) =>
        [`bucket CORS > refuses ${what}`, 'says MalformedXML', /"code": "MalformedXML"/] as const,
    ),
    [
      'versions > that do not exist are reported as missing, and a delete marker is not an object',
      'answers 404 to HEAD of a marker, where AWS answers 405',
      /"status": 404/,
    ],
  ]
  return rows.map(([test, does, shows]) => ({ test, does, shows }))
}
