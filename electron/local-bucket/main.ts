import '../files/owner-only.ts'
import { parseArgs } from 'node:util'
import { untilShutdown } from '../files/shutdown.ts'
import { LocalBucketError, openLocalBucket } from './local-bucket.ts'

const USAGE =
  'Usage: npm run local-bucket -- --dir DIR [--port N] [--bucket NAME] [--allow-origin ORIGIN]…'

interface Settings {
  readonly folder: string
  readonly port: number
  readonly allowedOrigins: readonly string[]
  readonly newBucketName?: string
}

/** Serves a local bucket for other S3 tools and for tests, until it is told to stop. */
async function main(): Promise<void> {
  const settings = settingsOf(process.argv.slice(2))
  if (typeof settings === 'string') return leave(`${settings}\n${USAGE}`)
  try {
    const bucket = await openLocalBucket({
      ...settings,
      log: { warn: (event, text) => process.stderr.write(`${text} ${JSON.stringify(event)}\n`) },
    })
    void untilShutdown().then(() => bucket.close())
    const { endpoint, region, bucket: name, accessKeyId, secretAccessKey } = bucket
    const line = { endpoint, region, bucket: name, accessKeyId, secretAccessKey }
    process.stdout.write(`${JSON.stringify(line)}\n`)
    if (bucket.setAside !== null) {
      process.stderr.write(`A damaged file was moved aside: ${bucket.setAside}\n`)
    }
    if (bucket.movedFromPort !== null) {
      process.stderr.write(`Port ${bucket.movedFromPort} is taken; older links no longer work.\n`)
    }
  } catch (error) {
    if (!(error instanceof LocalBucketError)) throw error
    leave(error.message)
  }
}

/** Returns a sentence instead of settings when an option is wrong. */
function settingsOf(args: string[]): Settings | string {
  try {
    const { values } = parseArgs({
      args,
      options: {
        dir: { type: 'string' },
        port: { type: 'string', default: '0' },
        bucket: { type: 'string' },
        'allow-origin': { type: 'string', multiple: true, default: [] },
      },
    })
    if (values.dir === undefined || values.dir === '') return 'Give a folder with --dir.'
    const port = Number(values.port)
    if (!/^\d{1,5}$/.test(values.port) || port > 65_535) {
      return `"${values.port}" is not a port; give a number from 0 to 65535.`
    }
    if (values.bucket !== undefined && !/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(values.bucket)) {
      return `"${values.bucket}" is not a bucket name: use 3 to 63 characters of a-z, 0-9 and "-".`
    }
    const wrong = values['allow-origin'].find((origin) => !isOrigin(origin))
    if (wrong !== undefined) return `"${wrong}" is not an origin such as http://127.0.0.1:3000.`
    return {
      folder: values.dir,
      port,
      allowedOrigins: values['allow-origin'],
      ...(values.bucket === undefined ? {} : { newBucketName: values.bucket }),
    }
  } catch (error) {
    return error instanceof Error ? error.message : 'The options cannot be read.'
  }
}

function isOrigin(text: string): boolean {
  return text === '*' || (URL.canParse(text) && new URL(text).origin === text)
}

function leave(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
  process.exitCode = 1
}

await main()
