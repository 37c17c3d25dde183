// The benchmark's host: Ferry's own, serving the given page.
import { untilShutdown } from '../../electron/files/shutdown.ts'
import { startLoopback } from '../../electron/loopback/main.ts'
import { openTerminal } from '../../electron/loopback/terminal.ts'

const [, , dataFolder = '', pageFolder = ''] = process.argv
const host = await startLoopback({
  dataFolder,
  ports: [0],
  pageFolder,
  version: 'bench',
  terminal: openTerminal(),
})
console.log(`Ferry is ready at ${host.newAddress().url}`)
await untilShutdown()
await host.close()
process.exit(0)
