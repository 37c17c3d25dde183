import { createRoot } from 'react-dom/client'
import { contentTypeByRules } from '../electron/contract/content-type.ts'
import type { DestinationId } from '../electron/contract/ids.ts'
import { templateAsks } from '../electron/contract/rules/key-template.ts'
import { DEFAULT_RULES } from '../electron/contract/rules/upload-rules.ts'
import { App } from './app/app.tsx'
import type { AppState } from './app/app-state.ts'
import { type BootDeps, startBoot } from './app/boot.ts'
import { webTabLock } from './app/tab-lock.ts'
import { connectBridge } from './bridge/connect.ts'
import { createUploadQueue } from './engine/upload-queue.ts'
import { browserClock } from './platform/browser-clock.ts'
import { browserNetwork } from './platform/browser-network.ts'
import { browserPower } from './platform/browser-power.ts'
import { checksumPool } from './platform/checksum-pool.ts'
import { type SourceFiles, sourceLookup } from './platform/file-source.ts'
import { createPageIntake } from './platform/page-intake.ts'
import { xhrPartTransport } from './platform/xhr-transport.ts'

/** The composition root: the only place where the window, the engine and the host meet. */
const { bridge, link } = await connectBridge()

/**
 * Survives the loss of the tab lock, so that a tab which takes the uploads back still has its
 * files.
 */
const sourceFiles: SourceFiles = new Map()

/** Started once, because their worker scripts can be loaded now: the host is there. */
const checksums = checksumPool()
const transport = xhrPartTransport()

const startEngine: BootDeps['startEngine'] = (session) => {
  const destinationOf = (destinationId: DestinationId) =>
    session.snapshot().destinations.find((each) => each.destinationId === destinationId) ?? null
  const rulesOf = (destinationId: DestinationId) =>
    destinationOf(destinationId)?.rules ?? DEFAULT_RULES
  const ports = {
    control: bridge.commands,
    transport,
    sources: sourceLookup(sourceFiles),
    checksums,
    clock: browserClock,
    network: browserNetwork(link.onReconnected),
    power: browserPower(bridge.notices.powerChanged),
    rules: { limitsOf: rulesOf, subscribe: session.subscribe },
  }
  const queue = createUploadQueue(ports, {
    destinationOf: ({ destinationId }) => destinationOf(destinationId),
  })
  followStores(session)
  const needsHash = (destinationId: DestinationId) =>
    templateAsks(rulesOf(destinationId).keyTemplate, 'hash8')
  const ruledTypeOf = (destinationId: DestinationId, name: string) =>
    contentTypeByRules(rulesOf(destinationId), name)
  const systemFiles = (destinationId: DestinationId) => rulesOf(destinationId).systemFiles
  const rules = { needsHash, ruledType: ruledTypeOf, systemFiles }
  const intake = createPageIntake({ bridge, queue, sourceFiles, rules })
  return { queue, intake }
}

/** The worker that sends parts may only reach the destinations that existed when it was loaded. */
function followStores({ snapshot, subscribe }: AppState): void {
  const stores = () =>
    JSON.stringify(
      snapshot().destinations.map((each) => [each.endpoint, each.bucket, each.pathStyle]),
    )
  let known = stores()
  subscribe(() => {
    if (stores() === known) return
    known = stores()
    transport.storesChanged()
  })
}

const root = document.getElementById('root')
if (root === null) throw new TypeError('The page has no #root')
const boot = startBoot({ bridge, link, tabLock: webTabLock(navigator.locks), startEngine })
createRoot(root).render(<App boot={boot} />)
