package fathom.text.datasets;

import fathom.files.InputFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Reads text files of data sets line by line; errors name the file and the line. */
final class TextFiles {
    private TextFiles() {}

    /** Receives the lines of a file. */
    @FunctionalInterface
    interface Lines {
        /**
         * Receives one line.
         *
         * @param number its number, from 1
         * @throws IllegalArgumentException if the line is not of the format; the message says what is expected
         */
        void line(String text, int number);
    }

    /**
     * Reads a file in UTF-8.
     *
     * @throws UncheckedIOException naming the file, and the line if it is not of the format or not UTF-8
     */
    static void read(Path file, Lines lines) {
        int number = 0;
        try {
            InputFiles.check(file);
            try (BufferedReader in = Files.newBufferedReader(file)) {
                for (String line; (line = in.readLine()) != null; ) {
                    number++;
                    lines.line(line, number);
                }
            }
        } catch (CharacterCodingException e) {
            throw failure(file, number + 1, "it is not UTF-8", e);
        } catch (IllegalArgumentException e) {
            throw failure(file, number, String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    private static UncheckedIOException failure(Path file, int line, String reason, Exception cause) {
        String message = String.format(Locale.ROOT, "%s, line %,d: %s", file, line, reason);
        return new UncheckedIOException(message, new IOException(message, cause));
    }
}
