package fathom.data.hub;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Unpacks zip and tar archives, including gzip-compressed ones. Archives may be hostile: an entry whose path leaves the
 * folder, links and devices are refused, and so is an archive out of proportion to its size.
 */
public final class Archives {
    /** An archive may unpack to so many times its size: zip reaches 1000, texts and images less than 20. */
    private static final long MAX_RATIO = 200;

    private static final long MIN_LIMIT = 256L << 20;
    private static final int MAX_ENTRIES = 5_000_000;
    private static final int MAX_DEPTH = 64;

    private final Path root;
    private final long limit;
    private long bytes;
    private int entries;

    private Archives(Path root, long limit) {
        this.root = root;
        this.limit = limit;
    }

    /** {@return whether a name ends in .zip, .tar, .tar.gz or .tgz} */
    public static boolean isArchive(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".zip") || lower.endsWith(".tar") || isGzip(lower);
    }

    private static boolean isGzip(String lower) {
        return lower.endsWith(".tar.gz") || lower.endsWith(".tgz");
    }

    /**
     * Unpacks an archive into a new folder. The folder appears only when the archive has been unpacked completely.
     *
     * @param archive a .zip, .tar, .tar.gz or .tgz file
     * @param folder the folder to create
     * @return the folder
     * @throws FileAlreadyExistsException if the folder exists
     * @throws IOException if the archive is damaged, or is refused for safety
     */
    public static Path unpack(Path archive, Path folder) throws IOException {
        return unpack(archive, folder, Math.max(MIN_LIMIT, MAX_RATIO * Files.size(archive)));
    }

    static Path unpack(Path archive, Path folder, long limit) throws IOException {
        String name = archive.getFileName().toString();
        if (!isArchive(name)) {
            throw new IOException("%s: expected a .zip, .tar, .tar.gz or .tgz file".formatted(archive));
        }
        if (Files.exists(folder)) {
            throw new FileAlreadyExistsException(folder.toString(), null, "the folder exists already");
        }
        try {
            NewFolder.create(
                    folder,
                    scratch -> {
                        var to = new Archives(scratch, limit);
                        try (var progress = Progress.of("unpacking " + name, Files.size(archive), 0)) {
                            if (name.toLowerCase(Locale.ROOT).endsWith(".zip")) {
                                to.unzip(archive, progress);
                            } else {
                                to.untar(archive, progress);
                            }
                        }
                    });
            return folder;
        } catch (EOFException e) {
            throw new IOException("%s: the archive is cut short".formatted(archive), e);
        } catch (ZipException e) {
            throw new IOException("%s: the archive is damaged: %s".formatted(archive, e.getMessage()), e);
        } catch (IOException e) {
            throw new IOException("%s: %s".formatted(archive, e.getMessage()), e);
        } catch (RuntimeException e) { // by a header that the library does not expect
            throw new IOException("%s: the archive is damaged: %s".formatted(archive, e.getMessage()), e);
        }
    }

    private void unzip(Path archive, Progress progress) throws IOException {
        try (var zip = new ZipFile(archive.toFile())) {
            for (var all = zip.entries(); all.hasMoreElements(); ) {
                ZipEntry entry = all.nextElement();
                Path path = place(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                    continue;
                }
                // ZipFile itself does not verify checksums
                try (var in = new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
                    write(in, path, entry.getName());
                    if (entry.getCrc() >= 0 && in.getChecksum().getValue() != entry.getCrc()) {
                        throw new ZipException("the checksum of '%s' is wrong".formatted(entry.getName()));
                    }
                }
                progress.add(entry.getCompressedSize());
            }
        }
    }

    private void untar(Path archive, Progress progress) throws IOException {
        boolean isGzip = isGzip(archive.getFileName().toString().toLowerCase(Locale.ROOT));
        try (var file = new BufferedInputStream(new Counted(Files.newInputStream(archive), progress), 1 << 16);
                InputStream raw = isGzip ? new GZIPInputStream(file, 1 << 16) : file;
                var tar = new TarArchiveInputStream(raw)) {
            for (TarArchiveEntry entry; (entry = tar.getNextEntry()) != null; ) {
                Path path = place(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                } else if (isPlain(entry)) {
                    write(tar, path, entry.getName());
                } else {
                    throw new IOException(
                            "'%s' is a link or a device, which is not unpacked".formatted(entry.getName()));
                }
            }
        }
    }

    private static boolean isPlain(TarArchiveEntry entry) {
        return entry.isFile() // also true of devices
                && !entry.isLink()
                && !entry.isSymbolicLink()
                && !entry.isFIFO()
                && !entry.isCharacterDevice()
                && !entry.isBlockDevice();
    }

    /** Reports bytes as they are read. */
    private static final class Counted extends java.io.FilterInputStream {
        private final Progress progress;

        Counted(InputStream in, Progress progress) {
            super(in);
            this.progress = progress;
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            int n = super.read(buffer, from, length);
            progress.add(Math.max(0, n));
            return n;
        }
    }

    /** {@return the path of an entry, inside the folder} */
    private Path place(String name) throws IOException {
        if (++entries > MAX_ENTRIES) {
            throw new IOException(String.format(Locale.ROOT, "it has more than %,d entries", MAX_ENTRIES));
        }
        String[] parts = name.split("/");
        Path path = root;
        boolean isSafe = !name.startsWith("/") && parts.length <= MAX_DEPTH;
        for (String part : parts) {
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            isSafe &= !part.equals("..") && part.indexOf('\\') < 0 && part.indexOf('\0') < 0;
            try {
                path = path.resolve(part);
            } catch (InvalidPathException e) {
                throw new IOException("'%s' is no path here: %s".formatted(name, e.getReason()), e);
            }
        }
        // a drive, such as C:, leaves the folder as well
        if (!isSafe || !path.normalize().startsWith(root)) {
            throw new IOException("the path of '%s' leaves the folder; nothing is unpacked".formatted(name));
        }
        return path;
    }

    private void write(InputStream in, Path path, String name) throws IOException {
        Files.createDirectories(path.getParent());
        try (OutputStream out = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            byte[] buffer = new byte[1 << 16];
            for (int n; (n = in.read(buffer)) > 0; ) {
                bytes += n;
                if (bytes > limit) {
                    throw new IOException(
                            String.format(
                                    Locale.ROOT,
                                    "it unpacks to more than %,d MB, out of proportion to its size",
                                    limit >> 20));
                }
                out.write(buffer, 0, n);
            }
        } catch (FileAlreadyExistsException e) {
            throw new IOException("it has '%s' twice".formatted(name), e);
        }
    }
}
