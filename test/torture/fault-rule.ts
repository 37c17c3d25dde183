import type { Rule, SeenRequest } from '../faults/fault-proxy.ts'
import { faultNameOf } from '../faults/verdict.ts'
import type { PartAccount } from './account.ts'
import type { EventLog } from './event-log.ts'
import type { FaultInjector } from './fault-injector.ts'
import { endsUpload } from './fault-kinds.ts'
import type { Recovery } from './recovery.ts'

export interface FaultRuleDeps {
  readonly bucket: string
  readonly dealer: FaultInjector
  readonly account: PartAccount
  readonly recovery: Recovery
  readonly log: EventLog
}

/** Injects the faults, and records the parts that pass in the account. */
export function faultRule({ bucket, dealer, account, recovery, log }: FaultRuleDeps): Rule {
  const keyOf = ({ path }: SeenRequest) => decodeURIComponent(path.slice(`/${bucket}/`.length))
  return (request) => {
    const verdict = dealer.verdictFor(request)
    const { operation, from, partNumber, atMs } = request
    const [key, fault] = [keyOf(request), faultNameOf(verdict)]
    if (fault !== null) log.write('fault', { fault, operation, key, partNumber })
    const isPart = operation === 'UploadPart' || operation === 'PutObject'
    if (from === 'page' && isPart && !isProbe(key)) {
      log.write('part', { key, partNumber })
      account.begin(key, partNumber ?? 1, request, fault !== null)
      recovery.travels(atMs)
    }
    if (fault !== null && endsUpload(fault)) account.ends(key, request)
    return verdict
  }
}

/** The host repeats the page's requests below such a key to find out why one was not answered. */
function isProbe(key: string): boolean {
  return key.split('/').at(-1)?.startsWith('.ferry-check-') ?? false
}
