package fathom.data.hub;

import fathom.files.FileErrors;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Downloads {@link RemoteFile}s into a folder.
 *
 * <p>Bytes are written to {@code NAME.part}, which a later call resumes; the file is renamed only after its length and
 * checksum have been verified, so a file with wrong contents is never left behind. Several threads and processes may
 * request the same file: one downloads it, the others wait.
 *
 * <p>The system property {@code fathom.data.mirror}, a base URL, is tried before a file's own addresses.
 */
public final class Download {
    /** Attempts per address while each receives at least one byte. */
    private static final int MAX_ATTEMPTS = 20;

    private static final long PAUSE_MILLIS = 200;

    private final DownloadOptions options;

    /** A download with the default options. */
    public Download() {
        this(o -> {});
    }

    /** A download with options: {@code new Download(o -> o.timeout(Duration.ofSeconds(30)))}. */
    public Download(Consumer<DownloadOptions> configure) {
        options = new DownloadOptions();
        configure.accept(options);
    }

    /**
     * Downloads a file, unless the folder has it.
     *
     * @return the path of the file
     * @throws IOException if no address provides it with the right length and checksum; the message says why for each
     */
    public Path fetch(RemoteFile file, Path folder) throws IOException {
        Path target = folder.resolve(file.name());
        if (Files.isRegularFile(target)) {
            return target;
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw failure(file, "the folder %s cannot be created: %s".formatted(folder, FileErrors.reason(e)), e);
        }
        Runnable waiting =
                () -> options.notice.accept(file.name() + " is being downloaded by another thread or process; waiting");
        Path guard = folder.resolve("." + file.name() + ".lock");
        try (var lock = guard(file, guard, waiting)) {
            return Files.isRegularFile(target) ? target : fetchLocked(file, target);
        }
    }

    private static FileGuard guard(RemoteFile file, Path guard, Runnable waiting) throws IOException {
        try {
            return FileGuard.lock(guard, waiting);
        } catch (IOException e) {
            throw failure(file, FileErrors.reason(e), e);
        }
    }

    /** A download that failed at all addresses. */
    static final class FailedException extends IOException {
        private static final long serialVersionUID = 1L;

        private final String summary;

        FailedException(String message, String summary, Exception cause) {
            super(message, cause);
            this.summary = summary;
        }

        /** {@return the file and the distinct reasons, without addresses} */
        String summary() {
            return summary;
        }
    }

    private static IOException failure(RemoteFile file, String reason, Exception cause) {
        return failure(file, reason, reason, cause);
    }

    private static IOException failure(RemoteFile file, String reason, String summary, Exception cause) {
        String start = file.name() + " could not be downloaded: ";
        return new FailedException(start + reason, start + summary, cause);
    }

    private static List<URI> addresses(RemoteFile file) throws IOException {
        String mirror = System.getProperty("fathom.data.mirror", "").strip();
        if (mirror.isEmpty()) {
            return file.addresses();
        }
        var addresses = new ArrayList<URI>();
        addresses.add(onMirror(mirror, file.name()));
        addresses.addAll(file.addresses());
        return addresses;
    }

    private static URI onMirror(String mirror, String name) throws IOException {
        try {
            URI address = URI.create(mirror.endsWith("/") ? mirror : mirror + "/").resolve(name.replace(" ", "%20"));
            if (RemoteFile.isWeb(address)) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            // reported below
        }
        throw new IOException("-Dfathom.data.mirror=%s is not an http or https address".formatted(mirror));
    }

    /** A server below the minimum speed: another attempt would not be faster. */
    private static final class SlowServerException extends IOException {
        private static final long serialVersionUID = 1L;

        SlowServerException(String message) {
            super(message);
        }
    }

    private Path fetchLocked(RemoteFile file, Path target) throws IOException {
        Path part = target.resolveSibling(file.name() + ".part");
        Path validator = target.resolveSibling("." + file.name() + ".validator");
        var reasons = new ArrayList<String>();
        var summary = new LinkedHashSet<String>();
        IOException last = null;
        List<URI> addresses = addresses(file);
        for (URI address : addresses) {
            for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
                long before = length(part);
                try {
                    receive(address, file, part, validator);
                    verify(file, part);
                    move(part, target);
                    Files.deleteIfExists(validator);
                    return target;
                } catch (InterruptedIOException e) {
                    if (!(e instanceof SocketTimeoutException)) {
                        throw failure(file, "interrupted; a later call resumes it", e);
                    }
                    last = e;
                } catch (SlowServerException e) {
                    last = e;
                    break;
                } catch (IOException e) {
                    last = e;
                }
                // another attempt helps if this one received bytes or discarded a bad partial file
                if (length(part) == before || attempt == MAX_ATTEMPTS) {
                    break;
                }
                pause(file, attempt);
            }
            if (last != null) {
                reasons.add(address + ": " + describe(last));
                summary.add(describe(last));
            }
        }
        if (last == null) {
            throw failure(file, "it has no address", new IOException("no address"));
        }
        throw failure(file, String.join("; ", reasons), String.join("; ", summary), last);
    }

    private static void pause(RemoteFile file, int attempt) throws IOException {
        try {
            Thread.sleep(Math.min(attempt - 1, 10) * PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(file, "interrupted; a later call resumes it", e);
        }
    }

    private void receive(URI address, RemoteFile file, Path part, Path validator) throws IOException {
        long have = length(part);
        if (file.bytes() >= 0 && have > file.bytes()) {
            Files.delete(part);
            have = 0;
        }
        if (have > 0 && have == file.bytes()) {
            return;
        }
        String version = have > 0 ? version(validator, address) : "";
        if (have > 0 && file.digest() == null && version.isEmpty()) {
            have = 0; // nothing would tell whether the remainder belongs to the same file
        }
        int timeout = (int) options.timeout.toMillis();
        try (var response = WebResponse.get(address, have, version, timeout)) {
            if (response.refusesOffset()) {
                Files.deleteIfExists(part);
                throw new IOException("the server refuses to resume the partial file; starting again");
            }
            boolean resumes = response.isPartial() && have > 0;
            if (response.isPartial() && !response.startsAt(have)) {
                Files.deleteIfExists(part);
                throw new IOException("the server resumes at another offset; starting again");
            }
            long from = resumes ? have : 0;
            long total = response.length() < 0 ? file.bytes() : from + response.length();
            if (file.bytes() >= 0 && total != file.bytes()) {
                throw new IOException(
                        String.format(
                                Locale.ROOT, "wrong length: it offers %,d bytes, expected %,d", total, file.bytes()));
            }
            requireSpace(part, total - from);
            if (!resumes) {
                Files.writeString(validator, address + "\n" + response.validator());
            }
            try (var out =
                            FileChannel.open(
                                    part,
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE,
                                    resumes ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING);
                    InputStream in = response.body();
                    var progress = options.progress ? Progress.of(file.name(), total, from) : Progress.hidden()) {
                copy(in, out, from, total, progress);
            }
        }
    }

    private static void requireSpace(Path part, long bytes) throws IOException {
        long free = Files.getFileStore(part.toAbsolutePath().getParent()).getUsableSpace();
        if (bytes > free) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s has %,d MB left, but %,d MB are to come",
                            part.toAbsolutePath().getParent(),
                            free >> 20,
                            bytes >> 20));
        }
    }

    private void copy(InputStream in, FileChannel out, long from, long total, Progress progress) throws IOException {
        long done = from;
        long windowStart = System.nanoTime();
        long windowBytes = 0;
        long window = 3 * options.timeout.toNanos();
        byte[] buffer = new byte[1 << 16];
        for (int n; (n = in.read(buffer)) > 0; ) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException();
            }
            done += n;
            if (total >= 0 && done > total) {
                throw new IOException(String.format(Locale.ROOT, "wrong length: it has more than %,d bytes", total));
            }
            write(out, ByteBuffer.wrap(buffer, 0, n));
            progress.add(n);
            windowBytes += n;
            long elapsed = System.nanoTime() - windowStart;
            if (elapsed > window) {
                if (windowBytes < options.minimumSpeed * (elapsed / 1e9)) {
                    throw new SlowServerException(
                            String.format(Locale.ROOT, "too slow: %,d bytes in %.0f s", windowBytes, elapsed / 1e9));
                }
                windowStart += elapsed;
                windowBytes = 0;
            }
        }
        if (done < total) {
            throw new IOException(
                    String.format(Locale.ROOT, "the connection ended after %,d of %,d bytes", done, total));
        }
        out.force(false);
    }

    private static void write(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    private static void verify(RemoteFile file, Path part) throws IOException {
        FileDigest expected = file.digest();
        if (expected == null) {
            return;
        }
        FileDigest actual = FileDigest.of(part, expected.algorithm());
        if (!actual.equals(expected)) {
            Files.delete(part);
            throw new IOException("wrong contents: %s, expected %s".formatted(actual, expected.hex()));
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static long length(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    /** {@return the version of the partial file if it came from this address, else ""} */
    private static String version(Path validator, URI address) throws IOException {
        List<String> lines = Files.exists(validator) ? Files.readAllLines(validator) : List.of();
        return lines.size() == 2 && lines.getFirst().equals(address.toString()) ? lines.getLast() : "";
    }

    private static String describe(IOException e) {
        return switch (e) {
            case UnknownHostException u -> "unknown host";
            case SocketTimeoutException t -> "no answer in time";
            case ConnectException c -> "no connection";
            default -> FileErrors.reason(e);
        };
    }
}
