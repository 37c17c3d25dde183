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
   * Host as the client sent it, as every guide for S3 behind nginx asks. Without it nginx names the
   * upstream itself, and no signature holds.
   */
  readonly passesHost: boolean
  /** Lines of the `server` block, beyond nginx's defaults. */
  readonly lines?: readonly string[]
}

/** The store as somebody reaches it whose administrator put an nginx with its defaults before it. */
export function behindNginx(store: StoreUnderTest, settings: NginxSettings): StoreUnderTest {
  const open = async (): Promise<TestBucket> => {
    const bucket = await store.open()
    const endpoint = await startNginx(bucket.store.endpoint, settings)
    return { ...bucket, store: { ...bucket.store, endpoint } }
  }
  return { ...store, name: `${store.name} behind nginx`, open }
}

/** Ends with the test. Answers where it listens. */
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
 * What is not said here is as nginx has it: bodies of 1 MiB at most, requests and answers buffered,
 * HTTP/1.0 to the store. `gzip on` stands in the file that Debian installs. Its workers would be
 * another user's, who may not write into our folder.
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
