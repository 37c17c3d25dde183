/**
 * The system whose ways the app behind the stand-in follows: menus, closing, badges. `darwin` in the
 * variable tries those of macOS on Linux; paths stay the computer's own.
 */
export const APP_PLATFORM = (process.env.FERRY_STAND_IN_PLATFORM ||
  process.platform) as NodeJS.Platform
