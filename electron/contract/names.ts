import type { CommandName, NoticeName } from './commands.ts'

/**
 * The rows of the table by their names alone. The preload needs no more of them, and so carries no
 * schema into the page's process. A row that is missing here, or is no row, does not compile.
 */
export const COMMAND_NAMES: Readonly<Record<CommandName, true>> = {
  describeHost: true,
  listDestinations: true,
  openLocalBucket: true,
  checkDestination: true,
  cancelCheck: true,
  applyFix: true,
  listBuckets: true,
  listProfiles: true,
  signIn: true,
  awaitSignIn: true,
  cancelSignIn: true,
  listSsoAccounts: true,
  saveDestination: true,
  selectDestination: true,
  forgetDestination: true,
  setLinkLife: true,
  setDestinationLook: true,
  duplicateDestination: true,
  setDefaultDestination: true,
  saveRules: true,
  exportSettings: true,
  importSettings: true,
  matchSources: true,
  attachSources: true,
  queueUploads: true,
  listUploads: true,
  prepareUpload: true,
  signParts: true,
  diagnoseNoResponse: true,
  diagnoseSignature: true,
  recordParts: true,
  checkSource: true,
  completeUpload: true,
  markUploads: true,
  decideConflict: true,
  cancelUpload: true,
  uploadAgain: true,
  clearUploads: true,
  createShareLink: true,
  copyShareLink: true,
  openFolder: true,
  showProgress: true,
}

export const NOTICE_NAMES: Readonly<Record<NoticeName, true>> = {
  uploadsChanged: true,
  destinationsChanged: true,
  checkProgressed: true,
  troublesChanged: true,
  powerChanged: true,
  linkNotOpened: true,
}
