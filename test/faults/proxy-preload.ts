// Given to a host's Node by `--import`. Agents made afterwards, the AWS SDK's among them, speak
// through the proxy: Node's own support for proxies, which only the global agent has by itself.
import http from 'node:http'
import { syncBuiltinESMExports } from 'node:module'

const { Agent } = http

http.Agent = class extends Agent {
  constructor(options?: http.AgentOptions) {
    super({ ...options, proxyEnv: { HTTP_PROXY: process.env.FERRY_FAULT_PROXY } })
  }
}
syncBuiltinESMExports()
