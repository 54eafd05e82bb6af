package fathom.vision;

/**
 * A downloadable file with a known length and checksum.
 *
 * @param name its name, also in the cache
 * @param bytes its length
 * @param md5 the MD5 checksum of its contents, in lower-case hexadecimal
 */
record RemoteFile(String name, long bytes, String md5) {}
