// Loaded into a host's Node with `--import`. Agents that are created afterwards, including the AWS
// SDK's, use Node's built-in proxy support, which by default only the global agent does.
import http from 'node:http'
import { syncBuiltinESMExports } from 'node:module'

const { Agent } = http

http.Agent = class extends Agent {
  constructor(options?: http.AgentOptions) {
    super({ ...options, proxyEnv: { HTTP_PROXY: process.env.FERRY_FAULT_PROXY } })
  }
}
syncBuiltinESMExports()
