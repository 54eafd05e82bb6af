package fathom.train;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes the loss and the metrics of a training to a file of events, which TensorBoard shows: after each epoch {@code
 * loss/train}, {@code acc/test} and the like, {@code lr} and {@code examples_per_second}, and between epochs {@code
 * loss/batch}.
 *
 * {@snippet :
 * Path folder = Path.of("runs/mine");
 * new Trainer(net, t -> t.checkpoints(folder).callbacks(new TensorBoardEvents(folder)));
 * }
 *
 * <p>A record that cannot be written is lost with a warning; it does not end the training.
 *
 * @see <a href="https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto">The format
 *     of events</a>
 */
public final class TensorBoardEvents implements TrainingCallback {
    private static final System.Logger LOG = System.getLogger(TensorBoardEvents.class.getName());

    private static final String PREFIX = "events.out.tfevents.";
    private static final String SUFFIX = ".fathom";

    /** Nanoseconds between two losses of batches. */
    private static final long INTERVAL = 250_000_000;

    private final Path folder;
    private @Nullable Path file;
    private long next;
    private boolean hasWarned;

    /** Writes to a new file in this folder: that of the run, so that both tell of the same training. */
    public TensorBoardEvents(Path folder) {
        this.folder = folder;
    }

    @Override
    public void onStart(Progress progress) {
        String name =
                String.format(
                        Locale.ROOT,
                        "%s%010d.%d%s",
                        PREFIX,
                        System.currentTimeMillis() / 1000,
                        ProcessHandle.current().pid(),
                        SUFFIX);
        Path now = folder.resolve(name);
        file = now;
        next = System.nanoTime();
        try {
            Files.createDirectories(folder);
            if (progress.step() == 0) {
                deleteEarlier();
            }
            Files.deleteIfExists(now);
        } catch (IOException e) {
            warn(e);
        }
        write(new Message().real(Event.TIME, seconds()).text(Event.VERSION, "brain.Event:2"));
        // values of an earlier file from this step on are not shown: a resumed run repeats them
        write(
                new Message()
                        .real(Event.TIME, seconds())
                        .whole(Event.STEP, progress.step())
                        .message(Event.SESSION, new Message().whole(1, 1)));
    }

    /** Deletes the files of a run that this one replaces. */
    private void deleteEarlier() throws IOException {
        try (DirectoryStream<Path> earlier = Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
            for (Path f : earlier) {
                Files.delete(f);
            }
        }
    }

    @Override
    public void onBatch(Progress progress) {
        long now = System.nanoTime();
        if (now - next >= 0) {
            next = now + INTERVAL;
            write(progress.step(), Map.of("loss/batch", progress.loss()));
        }
    }

    @Override
    public void onEpoch(Progress progress, EpochResult result) {
        var values = new LinkedHashMap<String, Double>();
        values.put("loss/train", result.loss());
        result.train().forEach((name, value) -> values.put(name + "/train", value));
        result.test().forEach((name, value) -> values.put(name + "/test", value));
        values.put("lr", result.lr());
        values.put("examples_per_second", result.examplesPerSecond());
        write(progress.step(), values);
    }

    private void write(long step, Map<String, Double> scalars) {
        var summary = new Message();
        scalars.forEach((tag, value) -> summary.message(1, new Message().text(1, tag).single(2, value.floatValue())));
        write(new Message().real(Event.TIME, seconds()).whole(Event.STEP, step).message(Event.SUMMARY, summary));
    }

    private static double seconds() {
        return System.currentTimeMillis() / 1000.0;
    }

    private void write(Message event) {
        Path to = file;
        if (to == null) {
            return; // called without onStart
        }
        try (var channel =
                FileChannel.open(to, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            int _ = channel.write(ByteBuffer.wrap(framed(event.bytes())));
        } catch (IOException e) {
            warn(e);
        }
    }

    private void warn(IOException e) {
        if (!hasWarned) {
            hasWarned = true;
            LOG.log(System.Logger.Level.WARNING, "events for TensorBoard could not be written to {0}: {1}", folder, e);
        }
    }

    /** {@return a record: its length and its contents, each followed by a checksum} */
    static byte[] framed(byte[] contents) {
        var out = ByteBuffer.allocate(Long.BYTES + 2 * Integer.BYTES + contents.length);
        out.order(ByteOrder.LITTLE_ENDIAN);
        byte[] length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(contents.length).array();
        return out.put(length).putInt(checksum(length)).put(contents).putInt(checksum(contents)).array();
    }

    /** {@return the CRC32C, rotated and offset so that the checksum of data with checksums is no special case} */
    static int checksum(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }

    /** The fields of an event. */
    private static final class Event {
        static final int TIME = 1;
        static final int STEP = 2;
        static final int VERSION = 3;
        static final int SUMMARY = 5;
        static final int SESSION = 7;

        private Event() {}
    }

    /** A message in the encoding of protocol buffers. */
    private static final class Message {
        private static final int VARINT = 0;
        private static final int EIGHT_BYTES = 1;
        private static final int LENGTH = 2;
        private static final int FOUR_BYTES = 5;

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        byte[] bytes() {
            return out.toByteArray();
        }

        private void varint(long value) {
            long v = value;
            while ((v & ~0x7fL) != 0) {
                out.write((int) (v & 0x7f | 0x80));
                v >>>= 7;
            }
            out.write((int) v);
        }

        private Message tag(int field, int kind) {
            varint((long) field << 3 | kind);
            return this;
        }

        Message whole(int field, long value) {
            tag(field, VARINT).varint(value);
            return this;
        }

        Message real(int field, double value) {
            tag(field, EIGHT_BYTES);
            out.writeBytes(ByteBuffer.allocate(Double.BYTES).order(ByteOrder.LITTLE_ENDIAN).putDouble(value).array());
            return this;
        }

        Message single(int field, float value) {
            tag(field, FOUR_BYTES);
            out.writeBytes(ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.bytes());
        }

        private Message bytes(int field, byte[] value) {
            tag(field, LENGTH).varint(value.length);
            out.writeBytes(value);
            return this;
        }
    }
}
