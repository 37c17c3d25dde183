import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { endianness, release } from 'node:os'

/** `unknown`: the system does not tell whose connections there are. */
export type PeerUser = 'own' | 'other' | 'unknown'

/** Whose program is at the other end of a connection from this computer. */
export type AskPeerUser = (socket: Socket) => Promise<PeerUser>

/** The kernel's own numbers, include/net/tcp_states.h. */
const LISTENING = '0A'
/** The program has closed such connections; the kernel keeps no user of them and shows root. */
const WITHOUT_USER = new Set(['03', '06', '07', '0C'])
/** The table is read in pieces while it changes, so a row can be missed. */
const MAX_READINGS = 3

/**
 * Linux names the user of every TCP socket (`/proc/net/tcp`, proc_net_tcp(5)). Ferry compares the
 * user of the browser's socket with that of its own listening one, both as this process sees them.
 * Other systems do not tell, and neither does Linux below Windows, whose browsers come in through a
 * relay of the system's: there the answer is `unknown`.
 *
 * @param port one that this process listens on at 127.0.0.1.
 */
export async function openPeerUser(port: number): Promise<AskPeerUser> {
  const ownUser = await listeningUser(port)
  if (ownUser === null) return async () => 'unknown'
  return async (socket) => {
    const { remoteAddress, remotePort, localAddress, localPort } = socket
    if (!remoteAddress || !remotePort || !localAddress || !localPort) return 'other'
    const local = hexAddress(remoteAddress, remotePort)
    const remote = hexAddress(localAddress, localPort)
    for (let reading = 0; reading < MAX_READINGS; reading += 1) {
      const rows = await readRows(remoteAddress.includes(':') ? 'tcp6' : 'tcp')
      const row = rows.find((each) => each.local === local && each.remote === remote)
      if (row !== undefined && !WITHOUT_USER.has(row.state)) {
        return row.user === ownUser ? 'own' : 'other'
      }
    }
    // Its program has gone, so nobody waits for an answer.
    return 'other'
  }
}

interface SocketRow {
  readonly local: string
  readonly remote: string
  readonly state: string
  readonly user: string
}

async function listeningUser(port: number): Promise<string | null> {
  if (process.platform !== 'linux' || /microsoft/i.test(release())) return null
  try {
    const local = hexAddress('127.0.0.1', port)
    const rows = await readRows('tcp')
    const own = rows.find((row) => row.local === local && row.state === LISTENING)
    return own?.user ?? null
  } catch {
    // Some containers hide it.
    return null
  }
}

async function readRows(table: 'tcp' | 'tcp6'): Promise<readonly SocketRow[]> {
  const text = await readFile(`/proc/net/${table}`, 'latin1')
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local, remote, state, , , , user] = line.trim().split(/\s+/)
      if (!local || !remote || !state || !user) return []
      return [{ local, remote, state, user }]
    })
}

/** As the table writes it: 32-bit words in the processor's own byte order, then the port. */
export function hexAddress(address: string, port: number): string {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  return `${hexWords(bytesOf(address))}:${hexPort}`
}

function hexWords(bytes: Buffer): string {
  const ordered = Buffer.from(bytes)
  if (endianness() === 'LE') ordered.swap32()
  return ordered.toString('hex').toUpperCase()
}

/** Of a loopback address: 127.0.0.0/8 or ::1. */
function bytesOf(address: string): Buffer {
  if (address.includes(':')) return Buffer.from([...new Array<number>(15).fill(0), 1])
  return Buffer.from(address.split('.').map(Number))
}
