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
    title: 'Wasabi says in ISO 8601 when a rule of the bucket aborts the upload',
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
    title: 'A store dates objects in ISO 8601 in the header',
    source: 'https://github.com/aws/aws-sdk-go/issues/3361',
    act: rewritten((given) => withHeaders(given, { 'last-modified': '2020-06-09T14:35:33.892Z' })),
  },
  {
    title: 'S3 gives back an Expires that somebody set and that is no date',
    source: 'https://github.com/aws/aws-sdk-js-v3/issues/5520',
    act: rewritten((given) => withHeaders(given, { expires: '2023-01-01' })),
  },
  {
    title: 'A bucket with Object Lock names the end of retention in HTTP’s form',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html',
    act: rewritten((given) =>
      withHeaders(given, {
        'x-amz-object-lock-mode': 'COMPLIANCE',
        'x-amz-object-lock-retain-until-date': HTTP_DATE,
      }),
    ),
  },
  {
    title: 's3rver dates lists in HTTP’s form',
    source: 'https://github.com/jamhall/s3rver/issues/181',
    act: rewritten((given) => withText(given, (xml) => xml.replaceAll(DATED, `<$1>${HTTP_DATE}<`))),
  },
  {
    title: 'SeaweedFS does not say when uploads began',
    source: 'https://github.com/seaweedfs/seaweedfs/pull/11313',
    act: rewritten((given) =>
      withText(given, (xml) => xml.replaceAll(/<Initiated>[^<]*<\/Initiated>/g, '')),
    ),
  },
  {
    title: 'A store or proxy on Windows begins documents with a byte-order mark',
    source: 'https://github.com/pupnp/pupnp/issues/412',
    act: rewritten((given) => withText(given, (xml) => `\ufeff${xml}`)),
  },
  {
    title: 'Walrus sends documents without a declaration, and white space before them',
    source: 'https://github.com/s3tools/s3cmd/issues/287',
    act: rewritten((given) =>
      withText(given, (xml) => `\n  ${xml.replace(/^<\?xml[^>]*\?>\s*/, '')}\n`),
    ),
  },
  {
    title: 'A store writes documents with a prefix for S3’s namespace',
    source: 'https://www.w3.org/TR/xml-names/#ns-qualnames',
    act: rewritten((given) =>
      withText(given, (xml) =>
        xml.replaceAll(/<(\/?)(?=\w)/g, '<$1ns2:').replace(' xmlns="', ' xmlns:ns2="'),
      ),
    ),
  },
]
