import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { OnHeadersReceivedListenerDetails } from 'electron'
import { expect, it, onTestFinished } from 'vitest'
import { trackEndpoints } from '../../electron/desktop/security/endpoints.ts'
import { answerCors } from '../../electron/desktop/security/store-cors.ts'
import { FakeSession, standIn } from '../fakes/electron.ts'
import { openBrowser } from './ferry-page.ts'

const PAGE_ID = 7

async function listening(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The response of a bucket without CORS rules, before the desktop's listener changes it. */
function bareAnswer(request: IncomingMessage) {
  const isRefused = request.method === 'OPTIONS' || request.url?.includes('expired')
  const responseHeaders: Record<string, string[]> = isRefused
    ? { 'content-type': ['application/xml'] }
    : { etag: ['"9bb58f26192e4ba00f01e2e7b136bbd8"'], 'x-amz-request-id': ['4442587FB7D0A2F9'] }
  return { statusCode: isRefused ? 403 : 200, responseHeaders }
}

it('lets a real Chromium send signed parts to a bucket without CORS rules', async () => {
  const session = new FakeSession()
  const endpoints = trackEndpoints(async () => [])
  const page = await listening((_request, response) => void response.end('<!doctype html>'))
  const store = await listening((request, response) => {
    request.resume()
    const { statusCode, responseHeaders } = bareAnswer(request)
    const answer = session.receive({
      url: `${store}${request.url}`,
      method: request.method ?? '',
      webContentsId: PAGE_ID,
      initiatorOrigin: page,
      statusCode,
      responseHeaders,
    } as OnHeadersReceivedListenerDetails)
    const status = answer.statusLine?.split(' ')[1] ?? statusCode
    response.writeHead(Number(status), answer.responseHeaders ?? responseHeaders)
    request.on('end', () => response.end(statusCode === 403 ? '<Code>AccessDenied</Code>' : ''))
  })
  answerCors(standIn(session), endpoints, page, () => PAGE_ID)
  endpoints.replace([store])
  const tab = await (await openBrowser()).newPage()
  await tab.goto(page)

  const put = (path: string) =>
    tab.evaluate(
      ([url]) =>
        new Promise<unknown>((resolve) => {
          const request = new XMLHttpRequest()
          request.open('PUT', url)
          request.setRequestHeader('content-type', 'image/png')
          request.setRequestHeader('x-amz-meta-ferry-upload', 'token')
          request.setRequestHeader('x-amz-checksum-crc32c', 'AAAAAA==')
          request.upload.onprogress = () => undefined
          request.onloadend = () =>
            resolve({
              status: request.status,
              etag: request.getResponseHeader('etag'),
              requestId: request.getResponseHeader('x-amz-request-id'),
              text: request.responseText,
            })
          request.send(new Blob(['part']))
        }),
      [`${store}${path}`] as const,
    )
  const sent = await put('/bucket/key?partNumber=1')
  const refused = await put('/bucket/expired')
  endpoints.replace([])
  const forgotten = await put('/bucket/key?partNumber=2')

  expect(sent).toEqual({
    status: 200,
    etag: '"9bb58f26192e4ba00f01e2e7b136bbd8"',
    requestId: '4442587FB7D0A2F9',
    text: '',
  })
  expect(refused).toMatchObject({ status: 403, text: '<Code>AccessDenied</Code>' })
  expect(forgotten).toMatchObject({ status: 0 })
})
