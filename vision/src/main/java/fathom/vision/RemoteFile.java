package fathom.vision;

/**
 * A file with a public home and known contents.
 *
 * @param name its name, in the cache too
 * @param bytes its length
 * @param md5 the MD5 sum of its contents, in lower-case hexadecimal
 */
record RemoteFile(String name, long bytes, String md5) {}
