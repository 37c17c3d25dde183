// A separate process for packaged-app.ts: runs electron-builder for each job and prints what it
// would have passed to the tools that build installers, which this machine may lack.
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
      // False means that node_modules are complete; looking for them would run npm.
      ...(job.modules === 'skip' ? { beforeBuild: () => Promise.resolve(false) } : {}),
      artifactBuildStarted: ({ file }) => {
        started.push(basename(file))
      },
    },
    publish: 'never',
    // Called with a target's final options right before its tool; `true` skips the tool.
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

/** Reads the desktop file, which is deleted after fpm has run. */
function withDesktopFile(options: unknown): unknown {
  if (!Array.isArray(options) || !String(options[1]).endsWith('.desktop')) return options
  return { args: options[0], desktop: readFileSync(String(options[1]), 'utf8') }
}
