package fathom.board;

import fathom.train.RunSnapshot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A run as the board last saw it.
 *
 * @param id stands for the folder in addresses
 * @param name its path below the folder that the board was given
 * @param fingerprint of the files that the snapshot was read from
 */
record BoardRun(String id, String name, Path folder, long fingerprint, RunSnapshot snapshot) {
    private static final int ID_BYTES = 8;

    /** {@return a run, read now} */
    static BoardRun read(Path root, Path folder, long fingerprint) {
        return new BoardRun(id(folder), name(root, folder), folder, fingerprint, RunSnapshot.read(folder));
    }

    private static String name(Path root, Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        Path below = root.toAbsolutePath().normalize().relativize(absolute);
        Path named = below.toString().isEmpty() ? absolute.getFileName() : below;
        return named == null ? absolute.toString() : named.toString();
    }

    static String id(Path folder) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(folder.toAbsolutePath().normalize().toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
