/** The app cannot start for a reason that the person can mend; the message says which. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused'
}
