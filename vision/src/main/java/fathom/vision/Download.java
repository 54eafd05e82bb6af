package fathom.vision;

import fathom.files.FileErrors;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Downloads {@link RemoteFile}s into a folder. Bytes are written to {@code NAME.part}, which a later call resumes; the
 * file is renamed only after its length and checksum have been verified. A file with wrong contents is never left
 * behind.
 */
final class Download {
    private static final int ATTEMPTS = 3;

    private final List<URI> homes;
    private final int timeoutMillis;

    /**
     * @param homes base URLs of the files, tried in order
     * @param timeoutMillis the timeout for connecting and for reading
     */
    Download(List<URI> homes, int timeoutMillis) {
        this.homes = homes;
        this.timeoutMillis = timeoutMillis;
    }

    /**
     * Downloads a file.
     *
     * @return the path of the downloaded file
     * @throws IOException if no URL provides it with the right length and checksum; suppressed exceptions say why for
     *     each
     */
    Path fetch(RemoteFile file, Path folder) throws IOException {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new IOException(
                    "%s could not be downloaded: the folder %s cannot be created: %s"
                            .formatted(file.name(), folder, FileErrors.reason(e)),
                    e);
        }
        Path part = folder.resolve(file.name() + ".part");
        var failures = new IOException("%s could not be downloaded".formatted(file.name()));
        for (URI home : homes) {
            URI address = home.resolve(file.name());
            for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
                long before = length(part);
                try {
                    receive(address, file, part);
                    check(file, part);
                    return move(part, folder.resolve(file.name()));
                } catch (IOException e) {
                    failures.addSuppressed(new IOException(address + ": " + describe(e), e));
                    // another attempt helps if this one received bytes or discarded a bad partial file
                    if (length(part) == before) {
                        break;
                    }
                }
            }
        }
        throw new IOException(
                failures.getMessage()
                        + ": "
                        + failures.getSuppressed()[failures.getSuppressed().length - 1].getMessage(),
                failures);
    }

    private void receive(URI address, RemoteFile file, Path part) throws IOException {
        long have = length(part);
        if (have > file.bytes()) {
            Files.delete(part);
            have = 0;
        }
        if (have == file.bytes()) {
            return;
        }
        var connection = (HttpURLConnection) address.toURL().openConnection();
        connection.setConnectTimeout(timeoutMillis);
        connection.setReadTimeout(timeoutMillis);
        connection.setRequestProperty("User-Agent", "fathom");
        connection.setRequestProperty("Accept-Encoding", "identity");
        if (have > 0) {
            connection.setRequestProperty("Range", "bytes=" + have + "-");
        }
        try {
            int status = connection.getResponseCode();
            if (status == 416) {
                Files.deleteIfExists(part);
                throw new IOException("the server refuses to resume the partial file; starting again");
            }
            if (status != 200 && status != 206) {
                throw new IOException("the server answers " + status + " " + connection.getResponseMessage());
            }
            boolean continues = status == 206 && startsAt(connection.getHeaderField("Content-Range"), have);
            if (status == 206 && !continues) {
                Files.deleteIfExists(part);
                throw new IOException("the server resumes at another offset; starting again");
            }
            try (InputStream in = connection.getInputStream();
                    OutputStream out =
                            Files.newOutputStream(
                                    part,
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE,
                                    continues ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING)) {
                copy(in, out, file, continues ? have : 0);
            }
        } finally {
            connection.disconnect();
        }
    }

    private static boolean startsAt(@Nullable String contentRange, long have) {
        return contentRange != null && contentRange.startsWith("bytes " + have + "-");
    }

    private static void copy(InputStream in, OutputStream out, RemoteFile file, long have) throws IOException {
        long total = have;
        try (ProgressBar bar = progress(file, have)) {
            byte[] buffer = new byte[1 << 16];
            for (int n; (n = in.read(buffer)) > 0; ) {
                total += n;
                if (total > file.bytes()) {
                    break; // not the requested file; the check below reports it
                }
                out.write(buffer, 0, n);
                if (bar != null) {
                    bar.stepBy(n);
                }
            }
        }
        if (total < file.bytes()) {
            throw new IOException(
                    String.format(Locale.ROOT, "the connection ended after %,d of %,d bytes", total, file.bytes()));
        }
        if (total > file.bytes()) {
            // one byte too many, so that the length check fails
            out.write(0);
        }
    }

    private static @Nullable ProgressBar progress(RemoteFile file, long have) {
        // small files arrive before a bar would be drawn
        if (!isTerminal() || file.bytes() < 1 << 20) {
            return null;
        }
        return new ProgressBarBuilder()
                .setTaskName(file.name())
                .setInitialMax(file.bytes())
                .setUnit(" MB", 1 << 20)
                .setStyle(ProgressBarStyle.ASCII)
                .startsFrom(have, java.time.Duration.ZERO)
                .build();
    }

    @SuppressWarnings("SystemConsoleNull") // it is null where it is no terminal, unless jdk.internal.le is there
    private static boolean isTerminal() {
        return System.console() != null && System.console().isTerminal();
    }

    private static void check(RemoteFile file, Path part) throws IOException {
        long length = length(part);
        String md5 = length == file.bytes() ? md5(part) : "";
        if (!md5.equals(file.md5())) {
            Files.delete(part);
            throw new IOException(
                    length == file.bytes()
                            ? "wrong contents: MD5 is %s, expected %s".formatted(md5, file.md5())
                            : String.format(Locale.ROOT, "wrong length: expected %,d bytes", file.bytes()));
        }
    }

    static String md5(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            var digest = MessageDigest.getInstance("MD5");
            byte[] buffer = new byte[1 << 16];
            for (int n; (n = in.read(buffer)) > 0; ) {
                digest.update(buffer, 0, n);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every Java platform has MD5
        }
    }

    private static Path move(Path from, Path to) throws IOException {
        try {
            return Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            return Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static long length(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    private static String describe(IOException e) {
        return switch (e) {
            case java.net.UnknownHostException u -> "unknown host";
            case java.net.SocketTimeoutException t -> "no answer in time";
            default -> FileErrors.reason(e);
        };
    }
}
