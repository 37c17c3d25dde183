/** The host cannot start for a reason that the person can mend; the message is one sentence. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused'
}
