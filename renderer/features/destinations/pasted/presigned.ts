/** Version 4 of AWS and of Google, and AWS's version 2. */
const SIGNED = ['x-amz-signature', 'x-amz-credential', 'x-goog-signature', 'signature']

export function isPresigned(url: URL): boolean {
  return [...url.searchParams.keys()].some((name) => SIGNED.includes(name.toLowerCase()))
}

/**
 * The region in `KEY/20260101/eu-west-1/s3/aws4_request`. Nothing else of the query is taken.
 * Source: docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export function signedRegion(url: URL): string | null {
  for (const [name, value] of url.searchParams) {
    if (!/^x-(?:amz|goog)-credential$/i.test(name)) continue
    const [, region] = /\/\d{8}\/([a-z0-9-]+)\/[a-z0-9]+\/[a-z0-9]+_request$/i.exec(value) ?? []
    if (region !== undefined) return region
  }
  return null
}
