import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CephPlace, cephConf, cephKeyring, keyringPath, logPath } from './ceph-conf.ts'
import { type Daemon, run, startDaemon, untilReady } from './daemon.ts'
import { freePort } from './free-port.ts'

/** The user that owns every bucket in the tests. */
export const OWN_USER = 'ferry'

const MONITOR_MS = 30_000
const DISK_MS = 60_000
/** On its first start the gateway creates its pools one after the other. */
const GATEWAY_MS = 90_000

/** The connection settings for clients, and how to stop the store. */
export interface RunningCeph {
  readonly endpoint: string
  /** Another gateway to the same buckets, configured to answer a successful PUT with 201. */
  readonly createdEndpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** `16.2.15` */
  readonly version: string
  /** Stops only the processes that were started here, and removes the folder. */
  readonly stop: () => Promise<void>
}

/** A RADOS gateway with one monitor and one disk in a sparse file, all on loopback. */
export async function startCeph(): Promise<RunningCeph> {
  const folder = await mkdtemp(join(tmpdir(), 'ferry-ceph-'))
  const daemons: Daemon[] = []
  const stop = async () => {
    for (const daemon of daemons.toReversed()) await daemon.kill()
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
  try {
    const place = await layOut(folder)
    daemons.push(await startMonitor(place))
    daemons.push(await startDisk(place))
    daemons.push(await startGateway(place))
    const created = await freePort()
    daemons.push(await startCreatedGateway(place, created))
    const createdEndpoint = endpointAt(created)
    return { ...(await access(place)), createdEndpoint, version: await installedVersion(), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function layOut(folder: string): Promise<CephPlace> {
  const [monitorPort, gatewayPort] = [await freePort(), await freePort()]
  const place = { folder, fsid: randomUUID(), monitorPort, gatewayPort }
  for (const name of ['mon', 'osd', 'rgw', 'rgw-created']) await mkdir(join(folder, name))
  await writeFile(confPath(place), cephConf(place))
  await writeFile(keyringPath(folder), cephKeyring(), { mode: 0o600 })
  return place
}

async function startMonitor(place: CephPlace): Promise<Daemon> {
  const map = join(place.folder, 'monmap')
  const address = `[v2:127.0.0.1:${place.monitorPort}]`
  await run('monmaptool', ['--create', '--fsid', place.fsid, '--addv', 'a', address, map])
  await run('ceph-mon', [...conf(place), '-i', 'a', '--mkfs', '--monmap', map])
  const monitor = start(place, 'mon.a', ['ceph-mon', ...conf(place), '-i', 'a', '-f'])
  await ready(monitor, MONITOR_MS, async () => (await ceph(place, 'mon', 'stat')).includes('a'))
  return monitor
}

async function startDisk(place: CephPlace): Promise<Daemon> {
  const uuid = randomUUID()
  await ceph(place, 'osd', 'new', uuid, '0')
  await run('ceph-osd', [...conf(place), '-i', '0', '--mkfs', '--osd-uuid', uuid])
  const disk = start(place, 'osd.0', ['ceph-osd', ...conf(place), '-i', '0', '-f'])
  await ready(disk, DISK_MS, async () => (await ceph(place, 'osd', 'stat')).includes('1 up'))
  return disk
}

async function startGateway(place: CephPlace): Promise<Daemon> {
  const command = ['radosgw', ...conf(place), '-n', 'client.rgw', '-f'] as const
  const gateway = start(place, 'client.rgw', command)
  await ready(gateway, GATEWAY_MS, async () => (await fetch(endpointOf(place))).status === 200)
  return gateway
}

/** docs.ceph.com/en/pacific/radosgw/config-ref: `rgw s3 success create obj status` */
async function startCreatedGateway(place: CephPlace, port: number): Promise<Daemon> {
  const name = 'client.rgw.created'
  const command = [
    ...['radosgw', ...conf(place), '-n', 'client.rgw', '-f'],
    ...['--rgw-frontends', `beast endpoint=127.0.0.1:${port}`],
    ...['--rgw-s3-success-create-obj-status', '201'],
    ...['--rgw-data', join(place.folder, 'rgw-created')],
    ...['--admin-socket', join(place.folder, `${name}.asok`)],
    ...['--log-file', logPath(place.folder, name)],
  ] as [string, ...string[]]
  const gateway = start(place, name, command)
  await ready(gateway, GATEWAY_MS, async () => (await fetch(endpointAt(port))).status === 200)
  return gateway
}

/** Waits until the daemon is ready, and kills it if it does not get ready. */
async function ready(daemon: Daemon, withinMs: number, isReady: () => Promise<boolean>) {
  try {
    await untilReady(daemon, withinMs, isReady)
  } catch (error) {
    await daemon.kill()
    throw error
  }
}

async function access(place: CephPlace) {
  const accessKeyId = `FERRY${randomBytes(8).toString('hex').toUpperCase()}`
  const secretAccessKey = randomBytes(20).toString('hex')
  await run('radosgw-admin', [
    ...[...conf(place), 'user', 'create', '--uid', OWN_USER, '--display-name', 'Ferry'],
    ...['--access-key', accessKeyId, '--secret-key', secretAccessKey],
    // Tests deny this user single permissions, create users with few permissions, and set quotas.
    ...['--caps', 'user-policy=*;users=*;buckets=*'],
  ])
  return { endpoint: endpointOf(place), region: 'us-east-1', accessKeyId, secretAccessKey }
}

async function installedVersion(): Promise<string> {
  return /\d+\.\d+\.\d+/.exec(await run('radosgw', ['--version']))?.[0] ?? 'unknown'
}

function start({ folder }: CephPlace, name: string, command: readonly [string, ...string[]]) {
  return startDaemon(`Ceph's ${name}`, command, logPath(folder, name))
}

function ceph(place: CephPlace, ...words: readonly string[]): Promise<string> {
  return run('ceph', [...conf(place), '--connect-timeout', '10', ...words])
}

function conf(place: CephPlace) {
  return ['-c', confPath(place)] as const
}

function confPath({ folder }: CephPlace): string {
  return join(folder, 'ceph.conf')
}

function endpointOf({ gatewayPort }: CephPlace): string {
  return endpointAt(gatewayPort)
}

function endpointAt(port: number): string {
  return `http://127.0.0.1:${port}`
}
