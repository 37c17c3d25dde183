import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type LoopbackHost, startLoopback } from '../../electron/loopback/main.ts'
import { openTerminal } from '../../electron/loopback/terminal.ts'
import { ROOT } from '../e2e/child.ts'
import { temporaryFolder } from '../e2e/ferry.ts'

/** The complete browser host in this process, for values that its terminal does not print. */
export class HostInProcess {
  readonly #host: LoopbackHost

  private constructor(host: LoopbackHost) {
    this.#host = host
  }

  /** @param pageFolder an alternative build of the page. */
  static async start(pageFolder = join(ROOT, 'out/renderer')): Promise<HostInProcess> {
    const host = await startLoopback({
      dataFolder: join(await temporaryFolder(), 'data'),
      ports: [0],
      pageFolder,
      version: 'test',
      terminal: openTerminal(),
    })
    onTestFinished(host.close)
    return new HostInProcess(host)
  }

  /** The file with which the browser is started. */
  openPage(): string {
    return this.#host.newAddress().openPage
  }

  /** A new address, and its alternative for browsers that do not resolve the name. */
  addresses(): { readonly own: string; readonly fallback: string } {
    const text = readFileSync(this.openPage(), 'utf8')
    const [own = '', fallback = ''] = [...text.matchAll(/open\('([^']+)'\)/g)].map(([, url]) => url)
    return { own, fallback }
  }

  get origin(): string {
    return new URL(this.addresses().own).origin
  }

  get fallbackOrigin(): string {
    return new URL(this.addresses().fallback).origin
  }
}
