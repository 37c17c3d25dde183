import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from '../e2e/ferry.ts'
import type { StoreUnderTest, TestBucket } from './buckets.ts'
import { startDaemon, untilReady } from './daemon.ts'
import { freePort } from './free-port.ts'

const READY_MS = 15_000

export interface NginxSettings {
  /**
   * Passes the client's Host header on, as every guide for S3 behind nginx recommends. Without it
   * nginx sends the upstream's name, and every signature is invalid.
   */
  readonly passesHost: boolean
  /** Additional lines for the `server` block, beyond nginx's defaults. */
  readonly lines?: readonly string[]
}

/** The store behind an nginx with default settings. */
export function behindNginx(store: StoreUnderTest, settings: NginxSettings): StoreUnderTest {
  const open = async (): Promise<TestBucket> => {
    const bucket = await store.open()
    const endpoint = await startNginx(bucket.store.endpoint, settings)
    return { ...bucket, store: { ...bucket.store, endpoint } }
  }
  return { ...store, name: `${store.name} behind nginx`, open }
}

/** Stops after the test. Returns the address. */
async function startNginx(upstream: string, settings: NginxSettings): Promise<string> {
  const folder = await temporaryFolder()
  const port = await freePort()
  await mkdir(join(folder, 'temporary'))
  const conf = join(folder, 'nginx.conf')
  await writeFile(conf, nginxConf(folder, port, upstream, settings))
  const log = join(folder, 'error.log')
  const nginx = startDaemon('nginx', ['nginx', '-p', folder, '-c', conf, '-e', log], log)
  onTestFinished(nginx.kill)
  await untilReady(nginx, READY_MS, () => takesConnections(port))
  return `http://127.0.0.1:${port}`
}

/**
 * Everything else has nginx's defaults: bodies of at most 1 MiB, buffered requests and responses,
 * HTTP/1.0 to the store. `gzip on` is in the file that Debian installs. Worker processes would run
 * as another user, who may not write into our folder.
 */
function nginxConf(
  folder: string,
  port: number,
  upstream: string,
  { passesHost, lines = [] }: NginxSettings,
): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, 'temporary', name)};`,
  )
  return `daemon off;
${process.getuid?.() === 0 ? 'user root root;' : ''}
worker_processes 1;
pid ${join(folder, 'nginx.pid')};
events { worker_connections 256; }
http {
  access_log off;
  gzip on;
  ${temporary.join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    ${lines.join('\n    ')}
    location / {
      proxy_pass ${upstream};
      ${passesHost ? 'proxy_set_header Host $http_host;' : ''}
    }
  }
}
`
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
