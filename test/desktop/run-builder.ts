// A process of its own for packaged-app.ts: runs electron-builder for each job and prints what it
// would have handed to the tools that make installers, which this machine need not have.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { Arch, build, Platform } from 'electron-builder'
import type { BuilderJob, BuilderResult } from './packaged-app.ts'

const PLATFORMS = { linux: Platform.LINUX, mac: Platform.MAC, win: Platform.WINDOWS }

const jobs = JSON.parse(process.argv[2] ?? '[]') as readonly BuilderJob[]
const results: BuilderResult[] = []
for (const job of jobs) results.push(await run(job))
process.stdout.write(`\n${JSON.stringify(results)}`)

async function run(job: BuilderJob): Promise<BuilderResult> {
  const started: string[] = []
  const computed: unknown[] = []
  await build({
    projectDir: job.project,
    targets: targetsOf(job),
    config: {
      electronDist: job.electronDist,
      ...job.config,
      // False says that node_modules are in place already; looking for them would run npm.
      ...(job.modules === 'skip' ? { beforeBuild: () => Promise.resolve(false) } : {}),
      artifactBuildStarted: ({ file }) => {
        started.push(basename(file))
      },
    },
    publish: 'never',
    // Called with a target's final options right before its tool; `true` leaves the tool out.
    effectiveOptionComputed: (options) => {
      computed.push(withDesktopFile(options))
      return Promise.resolve(job.tools === 'leave out')
    },
  })
  return { artefacts: started.toSorted(), computed }
}

function targetsOf({ platform, targets, archs }: BuilderJob) {
  if (targets === 'configured') return PLATFORMS[platform].createTarget()
  return PLATFORMS[platform].createTarget([...targets], ...archs.map((arch) => Arch[arch]))
}

/** fpm is called with the path of a desktop file that is deleted afterwards. */
function withDesktopFile(options: unknown): unknown {
  if (!Array.isArray(options) || !String(options[1]).endsWith('.desktop')) return options
  return { args: options[0], desktop: readFileSync(String(options[1]), 'utf8') }
}
