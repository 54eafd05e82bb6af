package fathom.files;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.time.LocalDateTime;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a zip archive of uncompressed entries whose contents start at multiples of 64 bytes, so that they can be
 * memory-mapped. Equal entries produce equal bytes.
 */
public final class StoredZip implements AutoCloseable {
    private static final int ALIGNMENT = 64;
    private static final int CHUNK = 1 << 20;

    /** Sizes from here on need the 64-bit extra field. */
    private static final long ZIP64 = 0xFFFF_FFFFL;

    private static final int LOCAL_HEADER = 30;
    private static final int ZIP64_FIELD = 20;
    private static final int FIELD_HEADER = 4;

    /** A date that zip's own format can hold, in every time zone. */
    private static final LocalDateTime DATE = LocalDateTime.of(1980, 2, 1, 0, 0);

    private final Counted out;
    private final ZipOutputStream zip;

    /** Starts an archive; the channel stays open. */
    public StoredZip(FileChannel channel) {
        out = new Counted(new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16));
        zip = new ZipOutputStream(out);
    }

    /** Adds an entry. */
    public void store(String name, MemorySegment contents) throws IOException {
        var entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(contents.byteSize());
        entry.setTimeLocal(DATE);
        var crc = new CRC32();
        byte[] chunk = new byte[(int) Math.min(CHUNK, contents.byteSize())];
        for (long at = 0; at < contents.byteSize(); at += chunk.length) {
            crc.update(chunk, 0, copy(contents, at, chunk));
        }
        entry.setCrc(crc.getValue());
        long begin = out.count + LOCAL_HEADER + name.length() + (contents.byteSize() < ZIP64 ? 0 : ZIP64_FIELD);
        entry.setExtra(padding((int) (-begin & ALIGNMENT - 1)));
        zip.putNextEntry(entry);
        for (long at = 0; at < contents.byteSize(); at += chunk.length) {
            zip.write(chunk, 0, copy(contents, at, chunk));
        }
        zip.closeEntry();
    }

    private static int copy(MemorySegment contents, long at, byte[] chunk) {
        int n = (int) Math.min(chunk.length, contents.byteSize() - at);
        MemorySegment.copy(contents, ValueLayout.JAVA_BYTE, at, chunk, 0, n);
        return n;
    }

    /** An extra field of zeros for alignment, or none; PyTorch calls it "FB". */
    private static byte[] padding(int length) {
        if (length == 0) {
            return new byte[0];
        }
        byte[] field = new byte[length < FIELD_HEADER ? length + ALIGNMENT : length];
        field[0] = 'F';
        field[1] = 'B';
        field[2] = (byte) (field.length - FIELD_HEADER);
        return field;
    }

    /** Completes the archive. */
    @Override
    public void close() throws IOException {
        zip.close();
    }

    private static final class Counted extends FilterOutputStream {
        private long count;

        Counted(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            count++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
            count += length;
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
