/**
 * The first import of every program of Ferry's: whatever a later one makes, in any library, is
 * readable by this user alone. Imports run before code, so a statement would come too late.
 *
 * Programs that Ferry starts inherit it. On Windows a mask means nothing: there the folder's access
 * list decides (nodejs.org/api/process.html#processumaskmask).
 */
process.umask(0o077)
