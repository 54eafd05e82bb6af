package fathom.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** Buffered channels: small pieces are collected, large ones bypass the buffer. */
public final class BufferedChannels {
    private static final int SIZE = 1 << 18;

    private BufferedChannels() {}

    /** {@return a channel that reads a file sequentially from a position; closing it has no effect} */
    public static ReadableByteChannel reader(FileChannel file, long position) {
        return new Reader(file, position);
    }

    /** {@return a channel that reads a stream, never beyond what is requested; closing it has no effect} */
    public static ReadableByteChannel reader(InputStream in) {
        return new StreamReader(in);
    }

    private static final class StreamReader implements ReadableByteChannel {
        private final InputStream in;
        private byte[] chunk = new byte[0];

        StreamReader(InputStream in) {
            this.in = in;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            int wanted = Math.min(into.remaining(), SIZE);
            if (chunk.length < wanted) {
                chunk = new byte[wanted];
            }
            int n = in.read(chunk, 0, wanted);
            if (n > 0) {
                into.put(chunk, 0, n);
            }
            return n;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static final class Reader implements ReadableByteChannel {
        private final FileChannel file;
        private final ByteBuffer buffer = ByteBuffer.allocate(SIZE).limit(0);
        private long position;

        Reader(FileChannel file, long position) {
            this.file = file;
            this.position = position;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            if (!buffer.hasRemaining()) {
                ByteBuffer target = into.remaining() >= SIZE ? into : buffer.clear();
                int n = file.read(target, position);
                position += Math.max(0, n);
                if (target == into) {
                    return n;
                }
                buffer.flip();
                if (n < 0) {
                    return n;
                }
            }
            int n = Math.min(buffer.remaining(), into.remaining());
            into.put(into.position(), buffer, buffer.position(), n).position(into.position() + n);
            buffer.position(buffer.position() + n);
            return n;
        }

        @Override
        public boolean isOpen() {
            return file.isOpen();
        }

        @Override
        public void close() {}
    }

    /** Writes to a file; {@link #flush} writes out the last bytes. */
    public static final class Writer implements WritableByteChannel {
        private final FileChannel file;
        private final ByteBuffer buffer = ByteBuffer.allocate(SIZE);

        /** Writes from the file's position on. */
        public Writer(FileChannel file) {
            this.file = file;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int n = bytes.remaining();
            if (n > buffer.remaining()) {
                flush();
            }
            if (n < SIZE) {
                buffer.put(bytes);
            } else {
                while (bytes.hasRemaining()) {
                    file.write(bytes);
                }
            }
            return n;
        }

        /** Writes all buffered bytes to the file. */
        public void flush() throws IOException {
            buffer.flip();
            while (buffer.hasRemaining()) {
                file.write(buffer);
            }
            buffer.clear();
        }

        @Override
        public boolean isOpen() {
            return file.isOpen();
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
