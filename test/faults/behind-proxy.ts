import type { FaultProxy } from './fault-proxy.ts'

/** Environment variables that send a host's own requests to stores through the proxy. */
export function behindProxy({ address }: Pick<FaultProxy, 'address'>): NodeJS.ProcessEnv {
  const preload = new URL('./proxy-preload.ts', import.meta.url).href
  const { NODE_OPTIONS = '' } = process.env
  return {
    ...process.env,
    FERRY_FAULT_PROXY: address,
    NODE_OPTIONS: `${NODE_OPTIONS} --import ${preload}`.trim(),
  }
}
