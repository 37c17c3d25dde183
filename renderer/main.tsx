import { createRoot } from 'react-dom/client'
import { contentTypeByRules } from '../electron/contract/content-type.ts'
import type { DestinationId } from '../electron/contract/ids.ts'
import { providerOf } from '../electron/contract/providers/lookup.ts'
import { templateAsks } from '../electron/contract/rules/key-template.ts'
import { DEFAULT_RULES } from '../electron/contract/rules/upload-rules.ts'
import { App } from './app.tsx'
import { type BootDeps, startBoot } from './boot.ts'
import { connectBridge } from './bridge.ts'
import { createUploadQueue } from './engine/upload-queue.ts'
import type { AppState } from './features/services/session.ts'
import { bridgeControl } from './upload/adapters/bridge-control.ts'
import { browserClock } from './upload/adapters/browser-clock.ts'
import { browserNetwork } from './upload/adapters/browser-network.ts'
import { createIntake } from './upload/adapters/intake-over-bridge.ts'
import { browserPower } from './upload/adapters/page-power.ts'
import { type SourceFiles, sourceLookup } from './upload/adapters/source-files.ts'
import { checksumPool } from './upload/adapters/worker-checksums.ts'
import { xhrPartTransport } from './upload/adapters/worker-part-transport.ts'
import { webTabLock } from './window-turn.ts'

/** The composition root: the only place where the window, the engine and the host meet. */
const { bridge, link } = await connectBridge()

/** Outlives a turn, so that a window which takes the uploads back still has its files. */
const sourceFiles: SourceFiles = new Map()

/** Started once: their workers are loaded while the host is surely there. */
const checksums = checksumPool()
const transport = xhrPartTransport()

const startEngine: BootDeps['startEngine'] = (session) => {
  const destinationOf = (destinationId: DestinationId) =>
    session.snapshot().destinations.find((each) => each.destinationId === destinationId) ?? null
  const rulesOf = (destinationId: DestinationId) =>
    destinationOf(destinationId)?.rules ?? DEFAULT_RULES
  const ports = {
    control: bridgeControl(bridge.commands),
    transport,
    sources: sourceLookup(sourceFiles),
    checksums,
    clock: browserClock,
    network: browserNetwork(link.onReconnected),
    power: browserPower(bridge.notices.powerChanged),
    rules: { limitsOf: rulesOf, subscribe: session.subscribe },
  }
  const queue = createUploadQueue(ports, {
    destinationOf: ({ destinationId }) => {
      const destination = destinationOf(destinationId)
      if (destination === null) return null
      return { ...destination, usualPartBytes: providerOf(destination.provider).usualPartBytes }
    },
  })
  followPlaces(session)
  const needsHash = (destinationId: DestinationId) =>
    templateAsks(rulesOf(destinationId).keyTemplate, 'hash8')
  const ruledTypeOf = (destinationId: DestinationId, name: string) =>
    contentTypeByRules(rulesOf(destinationId), name)
  const systemFiles = (destinationId: DestinationId) => rulesOf(destinationId).systemFiles
  const rules = { needsHash, ruledType: ruledTypeOf, systemFiles }
  const intake = createIntake({ bridge, queue, sourceFiles, rules })
  return { queue, intake }
}

/** The worker that sends parts may reach the destinations that there were when it was loaded. */
function followPlaces({ snapshot, subscribe }: AppState): void {
  const places = () =>
    JSON.stringify(
      snapshot().destinations.map((each) => [each.endpoint, each.bucket, each.pathStyle]),
    )
  let known = places()
  subscribe(() => {
    if (places() === known) return
    known = places()
    transport.storesChanged()
  })
}

const root = document.getElementById('root')
if (root === null) throw new TypeError('The page has no #root')
const boot = startBoot({ bridge, link, tabLock: webTabLock(navigator.locks), startEngine })
createRoot(root).render(<App boot={boot} />)
