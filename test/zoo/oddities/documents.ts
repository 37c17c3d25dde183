import { type Oddity, onlyOf, withHeaders, withText, type ZooAnswer } from '../oddity.ts'

const HTTP_DATE = 'Tue, 08 Dec 2026 00:00:00 GMT'
const DATED = /<(Initiated|LastModified|CreationDate)>[^<]*</g

/** Changes the store's answers to host and page alike. */
const rewritten = (change: (given: ZooAnswer) => ZooAnswer): Oddity['act'] => {
  return () => async (_request, store) => change(await store())
}

/** Documents and headers in forms that S3's documentation does not promise. */
export const DOCUMENTS: readonly Oddity[] = [
  {
    title: 'Wasabi sends the date at which a bucket rule aborts the upload in ISO 8601',
    source: 'https://github.com/aws/aws-sdk-js-v3/issues/8199',
    act: () =>
      onlyOf(['CreateMultipartUpload', 'ListParts'], (given) =>
        withHeaders(given, {
          'x-amz-abort-date': '2026-12-08T00:00:00Z',
          'x-amz-abort-rule-id': 'ferry-unfinished-uploads',
        }),
      ),
  },
  {
    title: 'A store sends Last-Modified headers in ISO 8601',
    source: 'https://github.com/aws/aws-sdk-go/issues/3361',
    act: rewritten((given) => withHeaders(given, { 'last-modified': '2020-06-09T14:35:33.892Z' })),
  },
  {
    title: 'S3 returns an Expires value that is not a date',
    source: 'https://github.com/aws/aws-sdk-js-v3/issues/5520',
    act: rewritten((given) => withHeaders(given, { expires: '2023-01-01' })),
  },
  {
    title: 'A bucket with Object Lock sends the end of retention in HTTP’s date format',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html',
    act: rewritten((given) =>
      withHeaders(given, {
        'x-amz-object-lock-mode': 'COMPLIANCE',
        'x-amz-object-lock-retain-until-date': HTTP_DATE,
      }),
    ),
  },
  {
    title: 's3rver sends dates in lists in HTTP’s date format',
    source: 'https://github.com/jamhall/s3rver/issues/181',
    act: rewritten((given) => withText(given, (xml) => xml.replaceAll(DATED, `<$1>${HTTP_DATE}<`))),
  },
  {
    title: 'SeaweedFS does not say when uploads were started',
    source: 'https://github.com/seaweedfs/seaweedfs/pull/11313',
    act: rewritten((given) =>
      withText(given, (xml) => xml.replaceAll(/<Initiated>[^<]*<\/Initiated>/g, '')),
    ),
  },
  {
    title: 'A store or proxy on Windows starts documents with a byte-order mark',
    source: 'https://github.com/pupnp/pupnp/issues/412',
    act: rewritten((given) => withText(given, (xml) => `\ufeff${xml}`)),
  },
  {
    title: 'Walrus sends documents without a declaration, with leading white space',
    source: 'https://github.com/s3tools/s3cmd/issues/287',
    act: rewritten((given) =>
      withText(given, (xml) => `\n  ${xml.replace(/^<\?xml[^>]*\?>\s*/, '')}\n`),
    ),
  },
  {
    title: 'A store uses a prefix for S3’s namespace in documents',
    source: 'https://www.w3.org/TR/xml-names/#ns-qualnames',
    act: rewritten((given) =>
      withText(given, (xml) =>
        xml.replaceAll(/<(\/?)(?=\w)/g, '<$1ns2:').replace(' xmlns="', ' xmlns:ns2="'),
      ),
    ),
  },
]
