import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Answered, Asked } from './exchange.ts'
import { Oidc } from './oidc.ts'
import { Portal } from './portal.ts'
import { Sts } from './sts.ts'

/** STS and IAM Identity Center on 127.0.0.1, in their own protocols. */
export class AwsStandIn {
  readonly sts = new Sts()
  readonly oidc = new Oidc()
  readonly portal = new Portal(this.oidc)
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      void readBody(request).then((body) => {
        const { status, headers, body: answer } = this.#answer(askedOf(request, body))
        response.writeHead(status, headers)
        response.end(answer)
      })
    })
  }

  static async start(): Promise<AwsStandIn> {
    const made = new AwsStandIn()
    await new Promise<void>((resolve) => made.#server.listen(0, '127.0.0.1', resolve))
    return made
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Lines for `~/.aws/config` that point profiles with `services = here` to it. */
  get servicesSection(): string {
    const lines = ['sts', 'sso', 'sso_oidc'].map(
      (each) => `${each} =\n  endpoint_url = ${this.endpoint}`,
    )
    return `[services here]\n${lines.join('\n')}\n`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #answer(asked: Asked): Answered {
    if (asked.path === '/') return this.sts.answer(asked)
    const isPortal = /^\/(federation|assignment)\//.test(asked.path)
    return isPortal ? this.portal.answer(asked) : this.oidc.answer(asked)
  }
}

function askedOf(request: IncomingMessage, body: string): Asked {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://any')
  const { method = '', headers } = request
  return { method, path: pathname, query: searchParams, headers, body }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
