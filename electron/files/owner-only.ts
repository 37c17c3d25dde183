/**
 * The first import of each of Ferry's programs: all files that are created later, by any library,
 * are readable by this user alone. Imports run before code, so a statement would come too late.
 *
 * Programs that Ferry starts inherit the mask, unless they are started with the user's own. On
 * Windows a mask means nothing: there the folder's access list decides
 * (nodejs.org/api/process.html#processumaskmask).
 */
/** The user's own mask, for programs that are not Ferry's. */
export const usualMask = process.umask(0o077)
