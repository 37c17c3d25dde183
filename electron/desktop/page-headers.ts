import { SOURCE_SCHEME } from '../contract/transport.ts'
import { COMMON_HEADERS, contentSecurityPolicy, isPutWorker } from '../core/host/page-policy.ts'

/**
 * The headers of the page's file at this path. The page reads the files of restored uploads over
 * `source:`; the request wall decides, too, which stores are reached
 * (docs/decisions/0007-network-of-the-page.md).
 */
export function pageHeaders(
  pathname: string,
  storeOrigins: readonly string[],
): Readonly<Record<string, string>> {
  const pageConnects = [`${SOURCE_SCHEME}:`]
  return {
    ...COMMON_HEADERS,
    'content-security-policy': contentSecurityPolicy(pathname, { pageConnects, storeOrigins }),
    // Its policy follows the destinations, so that each start of it has to ask anew.
    ...(isPutWorker(pathname) ? { 'cache-control': 'no-store' } : {}),
  }
}
