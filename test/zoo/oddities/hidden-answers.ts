import { KIB, MIB } from '../../../electron/contract/limits.ts'
import {
  type Act,
  answer,
  type Oddity,
  type Operation,
  onlyOf,
  refusal,
  withHeaders,
  type ZooAnswer,
  type ZooRequest,
} from '../oddity.ts'

const PUTS: readonly Operation[] = ['PutObject', 'UploadPart']
const isPut = ({ operation }: ZooRequest) => PUTS.includes(operation)

/** The same answer as a page gets it that may not read it. */
function hidden(given: ZooAnswer): ZooAnswer {
  return withHeaders(given, {
    'access-control-allow-origin': null,
    'access-control-expose-headers': null,
  })
}

/** An error page in place of the store's answer, without the store's headers. */
function page(status: number, title: string, server: string): ZooAnswer {
  const body = `<html><head><title>${status} ${title}</title></head><body></body></html>`
  return hidden(answer(status, body, { 'content-type': 'text/html', server }))
}

const instead =
  (isMeant: (request: ZooRequest) => boolean, said: ZooAnswer): Act =>
  (request, store) =>
    isMeant(request) ? said : store()

const limitedTo = (limitBytes: number): Act =>
  instead(
    (request) => isPut(request) && request.contentLength > limitBytes,
    page(413, 'Request Entity Too Large', 'nginx/1.22.1'),
  )

const TOO_LARGE = { status: 'Action needed', object: 'nothing', timesSent: 1 } as const

/** Answers that a browser hides from a page because they have no CORS headers. */
export const HIDDEN_ANSWERS: readonly Oddity[] = [
  {
    title: 'nginx with default settings refuses more than 1 MB',
    source: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#client_max_body_size',
    act: () => limitedTo(MIB),
    files: ['parts'],
    ends: { ...TOO_LARGE, says: /refuses requests over about 1 MB \(413\).*client_max_body_size/ },
  },
  {
    title: 'nginx with a lower limit refuses a small file',
    source: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#client_max_body_size',
    act: () => limitedTo(512 * KIB),
    files: ['single'],
    ends: { ...TOO_LARGE, says: /refuses requests over about 512 kB \(413\)/ },
  },
  {
    title: 'AWS WAF blocks bodies of more than 8 KB',
    source:
      'https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html',
    act: () =>
      instead(
        (request) => isPut(request) && request.contentLength > 8 * KIB,
        page(403, 'Forbidden', 'awselb/2.0'),
      ),
    ends: {
      status: 'Action needed',
      says: /Something in front of .* refuses/,
      object: 'nothing',
      // The condition may be temporary.
      timesSent: 3,
    },
  },
  {
    title: 'A store omits its CORS headers from successful answers',
    source: 'https://github.com/googleapis/python-storage/issues/3',
    act: () => onlyOf(PUTS, (given) => (given.status === 200 ? hidden(given) : given)),
    ends: { says: /^Done, verified.*the store hides its answers/ },
  },
  {
    title: 'A store hides its answers from a page whose keys may not list parts either',
    source:
      'https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html',
    act: () => async (request, store) => {
      const isLook = request.operation === 'HeadObject' || request.operation === 'ListParts'
      if (isLook && !request.key.includes('.ferry-check-')) return refusal(403, 'AccessDenied')
      const given = await store()
      return isPut(request) ? hidden(given) : given
    },
    ends: {
      status: 'Action needed',
      says: /hides its answer from this window \(CORS\)/,
      object: 'any',
    },
  },
  {
    title: 'A proxy answers the preflight with a redirect',
    source: 'https://fetch.spec.whatwg.org/#cors-preflight-fetch',
    act: () =>
      instead(
        ({ operation }) => operation === 'Preflight',
        hidden(answer(301, '', { location: 'https://files.example.org/' })),
      ),
    ends: {
      status: 'Action needed',
      says: /redirects Ferry to “https:\/\/files\.example\.org”/,
      object: 'nothing',
      timesSent: 0,
    },
  },
]
