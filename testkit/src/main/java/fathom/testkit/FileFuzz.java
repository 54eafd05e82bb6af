package fathom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import fathom.Fathom;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Feeds damaged copies of valid files to a reader, the same ones in each run. The reader may accept or reject them as
 * documented, but must neither use disproportionate memory nor leave a file open. {@code -Dfuzz.count=100000} sets the
 * number of copies per kind, {@code -Dfuzz.seed=7} the seed.
 */
public final class FileFuzz {
    private static final int COUNT = Integer.getInteger("fuzz.count", 500);
    private static final long SEED = Long.getLong("fuzz.seed", 1);

    /** Permitted cost of one file whatever its size: buffers, an image of a million pixels, the budget of a pickle. */
    private static final long HEAP = 96L << 20;

    private static final long NATIVE = 64L << 20;

    private static final Path OPEN_FILES = Path.of("/proc/self/fd");

    private final Path folder;
    private final Reader reader;
    private final Predicate<Exception> isDocumented;

    /** Reads a file and inspects the result. */
    @FunctionalInterface
    public interface Reader {
        /** Reads the file. */
        void read(Path file) throws Exception;
    }

    /**
     * Prepares a fuzz test.
     *
     * @param folder the folder for the files
     * @param isDocumented whether the reader may throw an exception
     */
    public FileFuzz(Path folder, Reader reader, Predicate<Exception> isDocumented) {
        this.folder = folder;
        this.reader = reader;
        this.isDocumented = isDocumented;
    }

    /**
     * Tries damaged copies of some files.
     *
     * @param name the file name passed to the reader
     * @param good valid files
     */
    public void run(String name, List<byte[]> good) throws IOException {
        Path file = folder.resolve(name);
        for (byte[] bytes : good) {
            Files.write(file, bytes);
            try {
                reader.read(file);
            } catch (Exception e) {
                fail("a good file is refused", e);
            }
        }
        long open = openFiles();
        int refused = 0;
        for (int i = 0; i < COUNT; i++) {
            var random = new SplittableRandom(SEED << 32 | i);
            byte[] bytes = Mutations.damage(good.get(i % good.size()), good, random);
            Files.write(file, bytes);
            refused += isRefused(file, String.format(Locale.ROOT, "number %d of seed %d", i, SEED), bytes) ? 1 : 0;
        }
        assertThat(refused).as("refused of %d", COUNT).isGreaterThan(COUNT / 20);
        assertThat(openFiles()).as("files left open").isLessThanOrEqualTo(open + 8);
    }

    private boolean isRefused(Path file, String which, byte[] bytes) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long heap = threads.getCurrentThreadAllocatedBytes();
        Fathom.resetPeakMemory();
        long inUse = Fathom.memory().inUse();
        boolean refused = false;
        try {
            reader.read(file);
        } catch (Exception e) {
            if (!isDocumented.test(e) || !String.valueOf(e.getMessage()).contains(file.toString())) {
                throw new AssertionError("%s: %s%n%s".formatted(which, e, excerpt(bytes)), e);
            }
            assertThat(e.getMessage()).as(which).hasSizeLessThan(2000);
            refused = true;
        } catch (StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError("%s: %s%n%s".formatted(which, e, excerpt(bytes)), e);
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - heap)
                .as("bytes on the heap: %s%n%s", which, excerpt(bytes))
                .isLessThan(HEAP + 300L * bytes.length);
        assertThat(Fathom.memory().peak() - inUse)
                .as("bytes of tensors: %s%n%s", which, excerpt(bytes))
                .isLessThan(NATIVE + 16L * bytes.length);
        return refused;
    }

    private static long openFiles() throws IOException {
        if (!Files.isDirectory(OPEN_FILES)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(OPEN_FILES)) {
            return files.count();
        }
    }

    private static String excerpt(byte[] bytes) {
        return HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, 2000));
    }
}
