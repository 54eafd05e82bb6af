package fathom.data.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;

/**
 * The checksum of a file's contents.
 *
 * @param algorithm {@code MD5}, {@code SHA-1} or {@code SHA-256}
 * @param hex its value in lower-case hexadecimal
 */
public record FileDigest(String algorithm, String hex) {
    private static final Map<String, Integer> LENGTHS = Map.of("MD5", 32, "SHA-1", 40, "SHA-256", 64);

    /**
     * Checks the algorithm and the number of digits.
     *
     * @throws IllegalArgumentException if the algorithm is another one, or the value has not its number of digits
     */
    public FileDigest {
        hex = hex.toLowerCase(Locale.ROOT);
        Integer length = LENGTHS.get(algorithm);
        if (length == null || !hex.matches("[0-9a-f]{" + length + "}")) {
            throw new IllegalArgumentException(
                    "FileDigest: expected MD5, SHA-1 or SHA-256 with 32, 40 or 64 hexadecimal digits, got %s %s"
                            .formatted(algorithm, hex));
        }
    }

    /** {@return an MD5 checksum} */
    public static FileDigest md5(String hex) {
        return new FileDigest("MD5", hex);
    }

    /** {@return a SHA-1 checksum} */
    public static FileDigest sha1(String hex) {
        return new FileDigest("SHA-1", hex);
    }

    /** {@return a SHA-256 checksum} */
    public static FileDigest sha256(String hex) {
        return new FileDigest("SHA-256", hex);
    }

    /**
     * {@return the checksum of a file}
     *
     * @param algorithm {@code MD5}, {@code SHA-1} or {@code SHA-256}
     * @throws IOException if the file cannot be read
     */
    public static FileDigest of(Path file, String algorithm) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            var digest = MessageDigest.getInstance(algorithm);
            byte[] buffer = new byte[1 << 16];
            for (int n; (n = in.read(buffer)) > 0; ) {
                digest.update(buffer, 0, n);
            }
            return new FileDigest(algorithm, HexFormat.of().formatHex(digest.digest()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalArgumentException("FileDigest: unknown algorithm " + algorithm, e);
        }
    }

    /** {@return whether a file has this checksum} */
    public boolean matches(Path file) throws IOException {
        return of(file, algorithm).equals(this);
    }

    @Override
    public String toString() {
        return algorithm + " " + hex;
    }
}
