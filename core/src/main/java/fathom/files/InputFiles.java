package fathom.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/** Checks of files to be read, with readable reasons. */
public final class InputFiles {
    private static final long MAX_TEXT_BYTES = 1 << 30;
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private InputFiles() {}

    /**
     * Checks that a file can be opened for reading.
     *
     * @throws IOException with the file's name and the reason, if it does not exist, is a folder or a device, or may
     *     not be read
     */
    public static void check(Path file) throws IOException {
        String name = file.toString();
        if (!Files.exists(file)) {
            throw new NoSuchFileException(name, null, "the file does not exist");
        }
        if (!Files.isRegularFile(file)) {
            throw new FileSystemException(
                    name, null, Files.isDirectory(file) ? "it is a folder, not a file" : "it is not a regular file");
        }
        if (!Files.isReadable(file)) {
            throw new AccessDeniedException(name, null, "its permissions forbid reading it");
        }
    }

    /**
     * {@return the first bytes of a file, at most {@code count}}
     *
     * @throws IOException as for {@link #check}
     */
    public static byte[] start(Path file, int count) throws IOException {
        check(file);
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(count);
        }
    }

    /**
     * {@return the text of a file in UTF-8, without a byte order mark}
     *
     * @throws IOException as for {@link #check}, or if the file is larger than 1 GB or not UTF-8
     */
    public static String text(Path file) throws IOException {
        check(file);
        if (Files.size(file) > MAX_TEXT_BYTES) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s: it has %,d bytes; the limit for texts is %,d",
                            file,
                            Files.size(file),
                            MAX_TEXT_BYTES));
        }
        try {
            String text = Utf8.decode(Files.readAllBytes(file));
            return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new IOException("%s: not a text: %s".formatted(file, e.getMessage()), e);
        }
    }
}
