import { randomBytes } from 'node:crypto'
import { join } from 'node:path'

export interface CephPlace {
  /** Contains everything that this cluster writes. */
  readonly folder: string
  readonly fsid: string
  readonly monitorPort: number
  readonly gatewayPort: number
}

/** The file is sparse: it takes up disk space only as it is written to. */
const DISK_BYTES = 40 * 1024 ** 3

/**
 * A single node on loopback, with one copy of each object and one placement group per pool. There
 * is no manager: it handles no data, and would need forty more packages.
 */
export function cephConf({ folder, fsid, monitorPort, gatewayPort }: CephPlace): string {
  return `[global]
fsid = ${fsid}
mon host = v2:127.0.0.1:${monitorPort}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
keyring = ${keyringPath(folder)}
admin socket = ${join(folder, '$name.asok')}
run dir = ${folder}
crash dir = ${folder}
log file = ${logPath(folder, '$name')}
log to stderr = false
err to stderr = false
mon cluster log file = ${join(folder, 'cluster.log')}
auth allow insecure global id reclaim = false
paxos propose interval = 0.05
mon data avail warn = 0
mon data avail crit = 0
mon allow pool size one = true
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon data = ${join(folder, 'mon')}
osd data = ${join(folder, 'osd')}
osd objectstore = bluestore
bluestore block size = ${DISK_BYTES}
osd memory target = 1073741824
rgw data = ${join(folder, 'rgw')}
rgw frontends = beast endpoint=127.0.0.1:${gatewayPort}
`
}

/** All daemons share one file: anyone who can read it owns the cluster anyway. */
export function cephKeyring(): string {
  return [
    entity('mon.', { mon: 'allow *' }),
    entity('client.admin', { mon: 'allow *', osd: 'allow *' }),
    entity('osd.0', { mon: 'allow profile osd', osd: 'allow *' }),
    entity('client.rgw', { mon: 'allow rw', osd: 'allow rwx' }),
  ].join('')
}

export function keyringPath(folder: string): string {
  return join(folder, 'keyring')
}

export function logPath(folder: string, name: string): string {
  return join(folder, `${name}.log`)
}

function entity(name: string, caps: Readonly<Record<string, string>>): string {
  const lines = Object.entries(caps).map(([of, cap]) => `\tcaps ${of} = "${cap}"\n`)
  return `[${name}]\n\tkey = ${cephxKey()}\n${lines.join('')}`
}

/** A CephX key: type (AES), creation time (none), length, and the key itself. */
function cephxKey(): string {
  const head = Buffer.alloc(12)
  head.writeUInt16LE(1, 0)
  head.writeUInt16LE(16, 10)
  return Buffer.concat([head, randomBytes(16)]).toString('base64')
}
